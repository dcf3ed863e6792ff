import { run, spawn, withResolvers, type Operation as EffectionOperation } from "effection";
import { LONG, type Operation, type OperationsFamily } from "../contestant.js";
import { awaitOnce, withTimeout } from "./tasks.js";

const once: Record<Operation, () => EffectionOperation<unknown>> = {
  checkpoint: awaitOnce,

  timeout: () =>
    // oxlint-disable-next-line require-yield -- an operation that has its result at once
    withTimeout(LONG, function* () {
      return 1;
    }),

  *spawn() {
    const task = yield* spawn(function* () {});
    yield* task;
  },

  *suspend() {
    const event = withResolvers<void>();
    queueMicrotask(() => event.resolve());
    yield* event.operation;
  },
};

export const operations: OperationsFamily = {
  async repeat(operation, batches, size, afterBatch) {
    return await run(function* () {
      let done = 0;
      for (let batch = 0; batch < batches; batch += 1) {
        for (let i = 0; i < size; i += 1) {
          yield* once[operation]();
          done += 1;
        }
        afterBatch();
      }
      return done;
    });
  },
};
