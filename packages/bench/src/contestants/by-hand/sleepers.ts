import { LONG, type SleepersFamily } from "../contestant.js";
import { Countdown } from "../countdown.js";
import type { Tools } from "./tools.js";

export function sleepers<S>({ withGroup, sleep }: Tools<S>): SleepersFamily {
  return {
    async cancel(count) {
      let cleanedUp = 0;
      const asleep = new Countdown(count);
      async function sleeper(scope: S): Promise<void> {
        asleep.arrive();
        try {
          await sleep(LONG, scope);
        } finally {
          cleanedUp += 1;
        }
      }

      await withGroup(async (group) => {
        for (let i = 0; i < count; i += 1) void group.spawn(sleeper);
        await asleep.reached;
        group.cancel();
      });
      return cleanedUp;
    },
  };
}
