import * as Cause from "effect/Cause";
import * as Effect from "effect/Effect";
import * as Latch from "effect/Latch";
import type { BusyFamily } from "../contestant.js";
import { inGroup } from "./tasks.js";

export const busy: BusyFamily = {
  async run(tasks, ms, goOn, struck) {
    /** An operation that could have had to wait, and did not. */
    const ready = Latch.makeUnsafe(true).await;
    const loop = Effect.gen(function* () {
      while (goOn()) yield* ready;
    });
    const limited = Effect.timeout(loop, ms).pipe(
      Effect.catch((error) => (Cause.isTimeoutError(error) ? Effect.sync(struck) : Effect.fail(error))),
    );
    await Effect.runPromise(inGroup(tasks, (index) => (index === 0 ? limited : loop)));
  },
};
