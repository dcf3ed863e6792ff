import { sleep } from "@anyio/core";
import { withTaskGroup } from "@anyio/task-groups";
import { LONG, type SpawnFamily } from "../contestant.js";

export const spawn: SpawnFamily = {
  async join(tasks) {
    let finished = 0;
    await withTaskGroup((tg) => {
      for (let i = 0; i < tasks; i += 1) {
        tg.startSoon(async () => {
          await null;
          finished += 1;
        });
      }
    });
    return finished;
  },

  async failFirst(tasks, error, ended) {
    await withTaskGroup((tg) => {
      tg.startSoon(async () => {
        await null;
        throw error;
      });
      for (let i = 1; i < tasks; i += 1) tg.startSoon(() => sleep(LONG).finally(ended));
    });
  },
};
