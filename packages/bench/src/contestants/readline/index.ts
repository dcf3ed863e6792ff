import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import type { Contestant } from "../contestant.js";
import { sourceOf } from "../source-of.js";

export const readline: Contestant = {
  lines: {
    async text(chunks, line) {
      for await (const text of createInterface({ input: sourceOf(chunks) })) line(text);
    },
  },
  files: {
    async lines(path, line) {
      for await (const text of createInterface({ input: createReadStream(path) })) line(text);
    },
  },
};
