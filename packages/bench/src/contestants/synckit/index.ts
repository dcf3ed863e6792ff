import { fileURLToPath } from "node:url";
import { createSyncFn } from "synckit";
import type { Contestant } from "../contestant.js";

// From `dist`.
const PROGRAM = fileURLToPath(new URL("synckit-thread.js", import.meta.url));

export const synckit: Contestant = {
  threads: {
    async blockingCalls() {
      const increment = createSyncFn<(n: number) => Promise<number>>(PROGRAM);
      return {
        async repeat(times) {
          let n = 0;
          for (let i = 0; i < times; i += 1) n = increment(n);
          return n;
        },
        // Its thread ends with the program.
        async close() {},
      };
    },
  },
};
