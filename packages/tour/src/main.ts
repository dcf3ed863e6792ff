// `npm start`: see --help.
import { CancelScope, run } from "@anyio/core";
import { CHAPTERS } from "./chapters/index.js";
import { checkJob, type IndexJob } from "./indexer/job.js";
import { indexDirectory } from "./indexer/index-directory.js";
import { Narrator } from "./narrator.js";
import { type Command, parseCommand, USAGE } from "./options.js";
import { ToldError, UsageError } from "./told-error.js";

const scope = new CancelScope({ name: "tour" });

// `npm start | head`: who read the output has gone.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  scope.cancel("nobody reads the output");
});

try {
  const command = parseCommand(process.argv.slice(2), CHAPTERS.length);
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
    case "chapter":
      return tell(new Narrator(), command.number);
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
  for (const number of CHAPTERS.keys()) await tell(say, number + 1);
  say.chapter("The main job: a concurrent file indexer", "packages/tour/src/indexer");
  say.about(
    "It reads the files of this repository, several at once, under a deadline. Try it on a directory of your own, and " +
      "press Ctrl-C: npm start -- ~/some/directory",
  );
  await indexDirectory(job);
}

async function tell(say: Narrator, number: number): Promise<void> {
  const chapter = CHAPTERS[number - 1];
  if (chapter === undefined) throw new UsageError(`no chapter ${number}`);
  say.chapter(`${number}. ${chapter.title}`, `packages/tour/src/chapters/${chapter.source}`);
  await chapter.tell(say);
}
