import { failAfter, TimeoutError } from "@anyio/core";
import { suspend } from "@anyio/core/lowlevel";
import { withTaskGroup } from "@anyio/task-groups";
import type { BusyFamily } from "../contestant.js";

/** An operation that could have had to wait, and did not: say, a lock that was free. */
function ready(): Promise<void> {
  return suspend<void>("nothing", (waiter) => {
    waiter.resume();
  });
}

export const busy: BusyFamily = {
  async run(tasks, ms, goOn, struck) {
    async function loop(): Promise<void> {
      while (goOn()) await ready();
    }

    await withTaskGroup((tg) => {
      tg.startSoon(async () => {
        try {
          await failAfter(ms, loop);
        } catch (error) {
          if (!(error instanceof TimeoutError)) throw error;
          struck();
        }
      });
      for (let i = 1; i < tasks; i += 1) tg.startSoon(loop);
    });
  },
};
