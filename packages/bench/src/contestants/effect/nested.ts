import * as Effect from "effect/Effect";
import * as Fiber from "effect/Fiber";
import { LONG, type NestedFamily } from "../contestant.js";
import { Countdown } from "../countdown.js";
import { inGroup } from "./tasks.js";

/** Forks `work`, waits until it says that it sleeps, interrupts it and joins. */
function interruptOnceAsleep<E>(work: Effect.Effect<void, E>, asleep: Countdown): Promise<void> {
  return Effect.runPromise(
    Effect.gen(function* () {
      const fiber = yield* Effect.forkChild(work);
      yield* Effect.promise(() => asleep.reached);
      yield* Fiber.interrupt(fiber);
    }),
  );
}

export const nested: NestedFamily = {
  async cancelDeep(depth) {
    let unwound = 0;
    const asleep = new Countdown(1);
    const bottom = Effect.gen(function* () {
      asleep.arrive();
      yield* Effect.sleep(LONG);
    });
    const level = (below: number): Effect.Effect<void, unknown> =>
      Effect.suspend(() => (below === 0 ? bottom : level(below - 1))).pipe(
        Effect.timeout(LONG),
        Effect.ensuring(
          Effect.sync(() => {
            unwound += 1;
          }),
        ),
      );

    await interruptOnceAsleep(level(depth - 1), asleep);
    return unwound;
  },

  async cancelTree(width) {
    let cleanedUp = 0;
    const asleep = new Countdown(width * width);
    const sleeper = () =>
      Effect.gen(function* () {
        asleep.arrive();
        yield* Effect.sleep(LONG);
      }).pipe(
        Effect.ensuring(
          Effect.sync(() => {
            cleanedUp += 1;
          }),
        ),
      );
    const branch = () => inGroup(width, sleeper);

    await interruptOnceAsleep(inGroup(width, branch), asleep);
    return cleanedUp;
  },
};
