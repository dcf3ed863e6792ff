import { Lock, Semaphore } from "@anyio/sync";
import { withTaskGroup } from "@anyio/task-groups";
import type { Contention, LocksFamily } from "../contestant.js";

/** What `using lease = await lock.acquire()` does. */
async function contend(lock: Lock | Semaphore, { tasks, times, holding }: Contention): Promise<void> {
  async function task(index: number): Promise<void> {
    for (let i = 0; i < times; i += 1) {
      const lease = await lock.acquire();
      try {
        holding.enter(index);
        await null;
        holding.leave();
      } finally {
        lease[Symbol.dispose]();
      }
    }
  }

  await withTaskGroup((tg) => {
    for (let i = 0; i < tasks; i += 1) tg.startSoon(() => task(i));
  });
}

export const locks: LocksFamily = {
  async uncontended(times) {
    const lock = new Lock();
    let held = 0;
    await withTaskGroup(async () => {
      for (let i = 0; i < times; i += 1) {
        const lease = await lock.acquire();
        try {
          held += 1;
        } finally {
          lease[Symbol.dispose]();
        }
      }
    });
    return held;
  },

  lock: (contention) => contend(new Lock(), contention),

  semaphore: (permits, contention) => contend(new Semaphore(permits), contention),
};
