import { sleep } from "@anyio/core";
import { withTaskGroup } from "@anyio/task-groups";
import { LONG, type SleepersFamily } from "../contestant.js";
import { Countdown } from "../countdown.js";

export const sleepers: SleepersFamily = {
  async cancel(count) {
    let cleanedUp = 0;
    const asleep = new Countdown(count);
    async function sleeper(): Promise<void> {
      asleep.arrive();
      try {
        await sleep(LONG);
      } finally {
        cleanedUp += 1;
      }
    }

    await withTaskGroup(async (tg) => {
      for (let i = 0; i < count; i += 1) tg.startSoon(sleeper);
      await asleep.reached;
      tg.cancel();
    });
    return cleanedUp;
  },
};
