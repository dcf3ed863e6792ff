import { Mutex, Semaphore } from "async-mutex";
import type { Contestant } from "../contestant.js";
import { startAll } from "../start-all.js";

export const asyncMutex: Contestant = {
  locks: {
    async uncontended(times) {
      const lock = new Mutex();
      let held = 0;
      for (let i = 0; i < times; i += 1) {
        const release = await lock.acquire();
        try {
          held += 1;
        } finally {
          release();
        }
      }
      return held;
    },

    async lock({ tasks, times, holding }) {
      const lock = new Mutex();
      await startAll(tasks, async (task) => {
        for (let i = 0; i < times; i += 1) {
          const release = await lock.acquire();
          try {
            holding.enter(task);
            await null;
            holding.leave();
          } finally {
            release();
          }
        }
      });
    },

    async semaphore(permits, { tasks, times, holding }) {
      const semaphore = new Semaphore(permits);
      await startAll(tasks, async (task) => {
        for (let i = 0; i < times; i += 1) {
          const [, release] = await semaphore.acquire();
          try {
            holding.enter(task);
            await null;
            holding.leave();
          } finally {
            release();
          }
        }
      });
    },
  },
};
