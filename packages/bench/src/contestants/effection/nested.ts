import { type Operation, run, sleep, spawn, until } from "effection";
import { LONG, type NestedFamily } from "../contestant.js";
import { Countdown } from "../countdown.js";
import { inGroup, withTimeout } from "./tasks.js";

/** Starts `work`, waits until it says that it sleeps, halts it and joins. */
async function haltOnceAsleep(work: () => Operation<void>, asleep: Countdown): Promise<void> {
  await run(function* () {
    const task = yield* spawn(work);
    yield* until(asleep.reached);
    yield* task.halt();
  });
}

export const nested: NestedFamily = {
  async cancelDeep(depth) {
    let unwound = 0;
    const asleep = new Countdown(1);
    function* bottom() {
      asleep.arrive();
      yield* sleep(LONG);
    }
    function* level(below: number): Operation<void> {
      try {
        yield* withTimeout(LONG, () => (below === 0 ? bottom() : level(below - 1)));
      } finally {
        unwound += 1;
      }
    }

    await haltOnceAsleep(() => level(depth - 1), asleep);
    return unwound;
  },

  async cancelTree(width) {
    let cleanedUp = 0;
    const asleep = new Countdown(width * width);
    function* sleeper() {
      asleep.arrive();
      try {
        yield* sleep(LONG);
      } finally {
        cleanedUp += 1;
      }
    }
    const branch = () => inGroup(width, () => sleeper);

    await haltOnceAsleep(() => inGroup(width, () => branch), asleep);
    return cleanedUp;
  },
};
