import type { Contention, LocksFamily } from "../contestant.js";
import { Semaphore } from "./semaphore.js";
import type { Tools } from "./tools.js";

export function locks<S>(tools: Tools<S>): LocksFamily {
  async function contend(semaphore: Semaphore<S>, { tasks, times, holding }: Contention): Promise<void> {
    async function task(index: number, scope: S): Promise<void> {
      for (let i = 0; i < times; i += 1) {
        const lease = await semaphore.acquire(scope);
        try {
          holding.enter(index);
          await null;
          holding.leave();
        } finally {
          lease.release();
        }
      }
    }

    await tools.withGroup(async (group) => {
      for (let i = 0; i < tasks; i += 1) void group.spawn((scope) => task(i, scope));
    });
  }

  return {
    async uncontended(times) {
      const lock = new Semaphore(1, tools);
      let held = 0;
      await tools.withGroup(async ({ scope }) => {
        for (let i = 0; i < times; i += 1) {
          const lease = await lock.acquire(scope);
          try {
            held += 1;
          } finally {
            lease.release();
          }
        }
      });
      return held;
    },

    lock: (contention) => contend(new Semaphore(1, tools), contention),

    semaphore: (permits, contention) => contend(new Semaphore(permits, tools), contention),
  };
}
