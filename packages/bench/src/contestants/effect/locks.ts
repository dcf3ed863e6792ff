import * as Effect from "effect/Effect";
import * as Semaphore from "effect/Semaphore";
import type { Contention, LocksFamily } from "../contestant.js";
import { awaitOnce, inGroup } from "./tasks.js";

function contend(permits: number, { tasks, times, holding }: Contention): Promise<void> {
  const semaphore = Semaphore.makeUnsafe(permits);
  const task = (index: number) => {
    const work = Effect.gen(function* () {
      holding.enter(index);
      yield* awaitOnce;
      holding.leave();
    });
    return Effect.gen(function* () {
      for (let i = 0; i < times; i += 1) yield* semaphore.withPermit(work);
    });
  };
  return Effect.runPromise(inGroup(tasks, task));
}

/** A lock is a semaphore of one. */
export const locks: LocksFamily = {
  uncontended(times) {
    const lock = Semaphore.makeUnsafe(1);
    let held = 0;
    const work = Effect.sync(() => {
      held += 1;
    });
    return Effect.runPromise(
      Effect.gen(function* () {
        for (let i = 0; i < times; i += 1) yield* lock.withPermit(work);
        return held;
      }),
    );
  },

  lock: (contention) => contend(1, contention),

  semaphore: contend,
};
