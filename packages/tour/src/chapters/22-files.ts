import { writeFile } from "node:fs/promises";
import { type Path, temporaryDirectory } from "@anyio/fs";
import { withTaskGroup } from "@anyio/task-groups";
import type { Narrator } from "../narrator.js";

export const title = "Files, and Path";

const MIB = 1024 * 1024;
const FILM = new Uint8Array(64 * MIB);

export async function tell(say: Narrator): Promise<void> {
  say.about(
    "In a directory that is there for one block a film of 64 MiB is saved, and somebody cancels as soon as that has begun. " +
      "Then a log is read, and a tree of pages made.",
  );
  let place: Path;
  {
    await using directory = await temporaryDirectory({ prefix: "anyio-tour-" });
    place = directory.path;
    const film = place.joinpath("film");

    say.part("writeFile, with an AbortSignal");
    await film.writeText("an older film");
    const controller = new AbortController();
    const saving = writeFile(film.toString(), FILM, { signal: controller.signal });
    await begun(film);
    controller.abort();
    await saving.catch((error: Error) => say.step(`${error.name}: ${error.message}`));
    await show(say, film);
    say.step("the older film is lost, and the new one is cut off");

    say.part("A file of ours, in a task group");
    await film.writeText("an older film");
    await withTaskGroup(async (tg) => {
      tg.startSoon(async () => {
        await using file = await film.open("w");
        say.step(`write() has returned: ${(await file.write(FILM)) / MIB} MiB`);
      });
      await begun(film);
      tg.cancel("somebody has changed their mind");
      say.step("cancelled");
    });
    await show(say, film);
    await film.unlink();

    say.part("A log, line by line");
    await readLog(say, place.joinpath("log"));

    say.part("A tree");
    await buildSite(say, place.joinpath("site"));
  }
  say.step(`the block is left: ${place.name} is ${(await place.exists()) ? "there" : "gone, with all in it"}`);

  say.lesson(
    "A file system takes nothing back. So a write is done as a whole or not at all, and a cancellation comes before it or " +
      "after it; what only reads stops waiting at once, and what it has read is there for the next one.",
  );
}

/** Waits until a part of it has been written. */
async function begun(path: Path): Promise<void> {
  while ((await path.stat()).size < MIB);
}

async function show(say: Narrator, path: Path): Promise<void> {
  const { size } = await path.stat();
  const mib = Math.floor(size / MIB);
  say.level(Math.ceil(mib / 4), 16, `${mib} of 64 MiB are in the file`);
}

async function readLog(say: Narrator, path: Path): Promise<void> {
  await path.writeText("started\nlistening\nERROR disk full\n  in save()\n  in main()\nstopped\n");
  await using log = await path.open("r", { encoding: "utf-8" });
  for await (const line of log) {
    if (!line.startsWith("ERROR")) continue;
    say.step(`found: ${line}`);
    break;
  }
  const at = await log.tell();
  const next = await log.readline();
  say.step(`the loop is left at byte ${at}; the file goes on from there: ${next?.trim()}`);
}

async function buildSite(say: Narrator, site: Path): Promise<void> {
  for (const name of ["index.md", "guide/start.md", "guide/errors.md", "images/logo.svg"]) {
    const page = site.joinpath(name);
    await page.parent.mkdir({ parents: true, existOk: true });
    await page.writeText(page.stem);
  }
  for await (const page of site.rglob("*.md")) {
    await page.withSuffix(".html").writeText(`<h1>${await page.readText()}</h1>`);
  }
  say.step('for each of rglob("*.md") there is an .html now; walk() finds');
  const lines: string[] = [];
  for await (const [path, directories, files] of site.walk()) {
    directories.sort();
    const indent = "  ".repeat(path.relativeTo(site).parts.length);
    lines.push(`${indent}${path.name}/`, ...files.sort().map((name) => `${indent}  ${name}`));
  }
  say.block(lines.join("\n"));
}
