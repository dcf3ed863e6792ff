import * as fs from "node:fs";
import { calling, look } from "./system-call.js";

/** What a directory says of an entry without looking at it. */
export type Entry = fs.Dirent;

/**
 * The entries of a directory, in the order in which the system tells them. It is read to the end at once and closed again, so nobody has
 * to leave an iteration for a descriptor to be given back.
 *
 * **Cancellation:** stops reading, and closes it.
 */
export function scanDirectory(path: string): Promise<Entry[]> {
  return look(`the entries of ${path}`, (isWanted) => scan(path, isWanted));
}

async function readAll(path: string): Promise<Entry[]> {
  return calling<Entry[]>((done) => fs.readdir(path, { withFileTypes: true }, done));
}

// In portions: `readdir` makes its whole list in one turn of the event loop, 100 ms for 100,000 entries.
async function readPortions(path: string, isWanted: () => boolean): Promise<Entry[]> {
  const directory = await calling<fs.Dir>((done) => fs.opendir(path, { bufferSize: PORTION }, done));
  const entries: Entry[] = [];
  try {
    while (isWanted()) {
      const entry = await calling<Entry | null>((done) => directory.read(done));
      if (entry === null) break;
      // Not every runtime leaves the turn by itself.
      if (entries.push(entry) % PORTION === 0) await new Promise((resolve) => void setImmediate(resolve));
    }
  } finally {
    await calling((done) => directory.close(done));
  }
  return entries;
}

const PORTION = 256;

// Bun's `opendir` reads all of the directory synchronously; its `readdir` does it in a thread, and is quick.
const scan = "Bun" in globalThis ? readAll : readPortions;
