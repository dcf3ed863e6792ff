import type { Contention, LocksFamily } from "./contestant.js";
import { startAll } from "./start-all.js";

/** Calls `work` when there is room, and settles when that has ended. */
export type Exclusively = (work: () => Promise<void>) => Promise<void>;

/** Locks by those that have no lock to hold, but call a function when it is its turn. */
export function exclusive(limitTo: (permits: number) => Exclusively): LocksFamily {
  async function contend(exclusively: Exclusively, { tasks, times, holding }: Contention): Promise<void> {
    await startAll(tasks, async (task) => {
      for (let i = 0; i < times; i += 1) {
        await exclusively(async () => {
          holding.enter(task);
          await null;
          holding.leave();
        });
      }
    });
  }

  return {
    async uncontended(times) {
      const exclusively = limitTo(1);
      let held = 0;
      for (let i = 0; i < times; i += 1) {
        await exclusively(async () => {
          held += 1;
        });
      }
      return held;
    },

    lock: (contention) => contend(limitTo(1), contention),

    semaphore: (permits, contention) => contend(limitTo(permits), contention),
  };
}
