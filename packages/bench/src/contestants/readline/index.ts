import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import type { Contestant } from "../contestant.js";

export const readline: Contestant = {
  lines: {
    async text(chunks, line) {
      for await (const text of createInterface({ input: Readable.from(chunks) })) line(text);
    },
  },
};
