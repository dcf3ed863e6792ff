import * as Effect from "effect/Effect";
import * as Fiber from "effect/Fiber";
import { LONG, type SleepersFamily } from "../contestant.js";
import { Countdown } from "../countdown.js";
import { inGroup } from "./tasks.js";

export const sleepers: SleepersFamily = {
  async cancel(count) {
    let cleanedUp = 0;
    const asleep = new Countdown(count);
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

    await Effect.runPromise(
      Effect.gen(function* () {
        const group = yield* Effect.forkChild(inGroup(count, sleeper));
        yield* Effect.promise(() => asleep.reached);
        yield* Fiber.interrupt(group);
      }),
    );
    return cleanedUp;
  },
};
