import * as Effect from "effect/Effect";
import * as Fiber from "effect/Fiber";
import * as Latch from "effect/Latch";
import { LONG, type Operation, type OperationsFamily } from "../contestant.js";

const once: Record<Operation, Effect.Effect<unknown, unknown>> = {
  checkpoint: Effect.yieldNow,

  timeout: Effect.timeout(
    Effect.sync(() => 1),
    LONG,
  ),

  spawn: Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(Effect.void);
    yield* Fiber.join(fiber);
  }),

  suspend: Effect.gen(function* () {
    const event = Latch.makeUnsafe();
    queueMicrotask(() => event.openUnsafe());
    yield* event.await;
  }),
};

export const operations: OperationsFamily = {
  repeat(operation, batches, size, afterBatch) {
    return Effect.runPromise(
      Effect.gen(function* () {
        let done = 0;
        for (let batch = 0; batch < batches; batch += 1) {
          for (let i = 0; i < size; i += 1) {
            yield* once[operation];
            done += 1;
          }
          afterBatch();
        }
        return done;
      }),
    );
  },
};
