import { LONG, type Operation, type OperationsFamily } from "../contestant.js";
import type { Group, Tools } from "./tools.js";

export function operations<S>({ withGroup, withTimeout, Event, throwIfCancelled }: Tools<S>): OperationsFamily {
  const once: Record<Operation, (group: Group<S>) => Promise<unknown>> = {
    async checkpoint(group) {
      throwIfCancelled(group.scope);
      await null;
    },

    timeout: (group) => withTimeout(LONG, () => 1, group.scope),

    spawn: (group) => group.spawn(async () => {}),

    suspend(group) {
      const event = new Event();
      const waiting = event.wait(group.scope);
      event.set();
      return waiting;
    },
  };

  return {
    async repeat(operation, batches, size, afterBatch) {
      const run = once[operation];
      let done = 0;
      await withGroup(async (group) => {
        for (let batch = 0; batch < batches; batch += 1) {
          for (let i = 0; i < size; i += 1) {
            await run(group);
            done += 1;
          }
          afterBatch();
        }
      });
      return done;
    },
  };
}
