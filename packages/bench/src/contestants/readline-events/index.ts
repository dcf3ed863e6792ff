import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Contestant } from "../contestant.js";
import { sourceOf } from "../source-of.js";

/** What Node's documentation advises where speed is essential: a listener, which cannot have the next line wait. */
export const readlineEvents: Contestant = {
  lines: {
    async text(chunks, line) {
      const reading = createInterface({ input: sourceOf(chunks) });
      reading.on("line", line);
      await once(reading, "close");
    },
  },
};
