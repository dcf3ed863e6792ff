import { type Operation, run } from "effection";
import type { Contention, LocksFamily } from "../contestant.js";
import { createPlaces } from "./channel.js";
import { awaitOnce, inGroup } from "./tasks.js";

async function contend(permits: number, { tasks, times, holding }: Contention): Promise<void> {
  const places = createPlaces(permits);
  function* task(index: number): Operation<void> {
    for (let i = 0; i < times; i += 1) {
      yield* places.next();
      try {
        holding.enter(index);
        yield* awaitOnce();
        holding.leave();
      } finally {
        places.add();
      }
    }
  }
  await run(() => inGroup(tasks, (index) => () => task(index)));
}

export const locks: LocksFamily = {
  async uncontended(times) {
    const places = createPlaces(1);
    return await run(function* () {
      let held = 0;
      for (let i = 0; i < times; i += 1) {
        yield* places.next();
        try {
          held += 1;
        } finally {
          places.add();
        }
      }
      return held;
    });
  },

  lock: (contention) => contend(1, contention),

  semaphore: contend,
};
