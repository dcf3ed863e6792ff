import * as Cause from "effect/Cause";
import * as Effect from "effect/Effect";
import { LONG, type TimeoutFamily } from "../contestant.js";
import { awaitOnce } from "./tasks.js";

export const timeout: TimeoutFamily = {
  aroundReturn(scopes) {
    const work = Effect.sync(() => 1);
    return Effect.runPromise(
      Effect.gen(function* () {
        let done = 0;
        for (let i = 0; i < scopes; i += 1) done += yield* Effect.timeout(work, LONG);
        return done;
      }),
    );
  },

  aroundAwait(scopes) {
    const work = Effect.gen(function* () {
      yield* awaitOnce;
      return 1;
    });
    return Effect.runPromise(
      Effect.gen(function* () {
        let done = 0;
        for (let i = 0; i < scopes; i += 1) done += yield* Effect.timeout(work, LONG);
        return done;
      }),
    );
  },

  async strike(ms, ended) {
    const work = Effect.ensuring(Effect.sleep(LONG), Effect.sync(ended));
    const error = await Effect.runPromise(Effect.flip(Effect.timeout(work, ms)));
    return Cause.isTimeoutError(error);
  },
};
