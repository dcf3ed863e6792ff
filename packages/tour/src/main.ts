// `npm start`: see --help.
import { CancelScope, run } from "@anyio/core";
import { CHAPTERS, type PlacedChapter } from "./chapters/index.js";
import { contents } from "./contents.js";
import { checkJob, type IndexJob } from "./indexer/job.js";
import { indexDirectory } from "./indexer/index-directory.js";
import { Narrator } from "./narrator.js";
import { type Command, parseCommand, USAGE } from "./options.js";
import { ToldError } from "./told-error.js";

const scope = new CancelScope({ name: "tour" });

// `npm start | head`: who read the output has gone.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  scope.cancel("nobody reads the output");
});

try {
  const command = parseCommand(process.argv.slice(2), CHAPTERS);
  await run(() => scope.run(() => perform(command)), { name: "tour" });
} catch (error) {
  if (!(error instanceof ToldError)) throw error;
  console.error(`tour: ${error.message}`);
  process.exitCode = error.exitCode;
}

async function perform(command: Command): Promise<void> {
  switch (command.kind) {
    case "help":
      process.stdout.write(USAGE);
      return;
    case "list":
      process.stdout.write(`${contents()}\nOne of them: npm start -- --chapter <number or name>\n`);
      return;
    case "chapter":
      return tellOne(command.chapter);
    case "tour":
      return tour(command.job);
    case "index":
      await checkJob(command.job);
      return indexDirectory(command.job);
  }
}

async function tour(job: IndexJob): Promise<void> {
  await checkJob(job);
  const say = new Narrator();
  say.about("AnyIO for TypeScript: structured concurrency for async/await. Short programs first, then a real one.");
  say.contents(contents());
  for (const chapter of CHAPTERS) await tell(say, chapter);
  say.chapter("The main job: a concurrent file indexer", "packages/tour/src/indexer");
  say.about(
    "It reads the files of this repository, several at once, under a deadline. Try it on a directory of your own, and " +
      "press Ctrl-C: npm start -- ~/some/directory",
  );
  await indexDirectory(job);
  say.whereToGo("Where to go next", [
    ["npm start -- --list", "all chapters"],
    ["npm start -- --chapter deadlines", "one of them again"],
    ["npm start -- ~/some/directory", "the indexer, on files of yours"],
    ["npm start -- --serve", "the indexer, which answers queries"],
    ["packages/tour/src", "to read: a chapter is some 80 lines"],
    ["packages/*/README.md", "the packages, each with an example"],
    ["docs/README.md", "the documentation"],
  ]);
}

async function tellOne(chapter: PlacedChapter): Promise<void> {
  const say = new Narrator();
  await tell(say, chapter);
  const next = CHAPTERS[chapter.number];
  if (next) say.aside(`Next: ${next.number}. ${next.title}`, `npm start -- --chapter ${next.name}`);
}

async function tell(say: Narrator, chapter: PlacedChapter): Promise<void> {
  say.chapter(`${chapter.number}. ${chapter.title}`, `packages/tour/src/chapters/${chapter.source}`);
  await chapter.tell(say);
}
