import type { BusyFamily } from "../contestant.js";
import { TimeoutError } from "./timeout-error.js";
import type { Tools } from "./tools.js";

export function busy<S>({ withGroup, withTimeout, throwIfCancelled }: Tools<S>): BusyFamily {
  /** An operation that could have had to wait, and did not: say, a lock that was free. */
  async function ready(scope: S): Promise<void> {
    throwIfCancelled(scope);
  }

  return {
    async run(tasks, ms, goOn, struck) {
      async function loop(scope: S): Promise<void> {
        while (goOn()) await ready(scope);
      }

      await withGroup(async (group) => {
        void group.spawn(async (scope) => {
          try {
            await withTimeout(ms, loop, scope);
          } catch (error) {
            if (!(error instanceof TimeoutError)) throw error;
            struck();
          }
        });
        for (let i = 1; i < tasks; i += 1) void group.spawn(loop);
      });
    },
  };
}
