import { once } from "node:events";
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import type { Contestant } from "../contestant.js";
import { sourceOf } from "../source-of.js";

/** What Node's documentation advises where speed is essential: a listener, which cannot have the next line wait. */
export const readlineEvents: Contestant = {
  lines: { text: (chunks, line) => listen(sourceOf(chunks), line) },
  files: { lines: (path, line) => listen(createReadStream(path), line) },
};

async function listen(input: NodeJS.ReadableStream, line: (text: string) => void): Promise<void> {
  const reading = createInterface({ input });
  reading.on("line", line);
  await once(reading, "close");
}
