import { failAfter } from "@anyio/core";
import { checkpoint, WaitQueue } from "@anyio/core/lowlevel";
import { type TaskGroup, withTaskGroup } from "@anyio/task-groups";
import { LONG, type Operation, type OperationsFamily } from "../contestant.js";

const once: Record<Operation, (tg: TaskGroup) => Promise<unknown>> = {
  checkpoint,

  timeout: () => failAfter(LONG, () => 1),

  spawn: (tg) => tg.startSoon(async () => {}).wait(),

  suspend() {
    const event = new WaitQueue();
    const waiting = event.wait("the event");
    event.wakeAll();
    return waiting;
  },
};

export const operations: OperationsFamily = {
  async repeat(operation, batches, size, afterBatch) {
    const run = once[operation];
    let done = 0;
    await withTaskGroup(async (tg) => {
      for (let batch = 0; batch < batches; batch += 1) {
        for (let i = 0; i < size; i += 1) {
          await run(tg);
          done += 1;
        }
        afterBatch();
      }
    });
    return done;
  },
};
