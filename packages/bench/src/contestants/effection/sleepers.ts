import { run, sleep, spawn, until } from "effection";
import { LONG, type SleepersFamily } from "../contestant.js";
import { Countdown } from "../countdown.js";
import { inGroup } from "./tasks.js";

export const sleepers: SleepersFamily = {
  async cancel(count) {
    let cleanedUp = 0;
    const asleep = new Countdown(count);
    function* sleeper() {
      asleep.arrive();
      try {
        yield* sleep(LONG);
      } finally {
        cleanedUp += 1;
      }
    }

    await run(function* () {
      const group = yield* spawn(() => inGroup(count, () => sleeper));
      yield* until(asleep.reached);
      yield* group.halt();
    });
    return cleanedUp;
  },
};
