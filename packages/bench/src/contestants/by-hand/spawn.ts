import { LONG, type SpawnFamily } from "../contestant.js";
import type { Tools } from "./tools.js";

export function spawn<S>({ withGroup, sleep }: Tools<S>): SpawnFamily {
  return {
    async join(tasks) {
      let finished = 0;
      await withGroup(async (group) => {
        for (let i = 0; i < tasks; i += 1) {
          void group.spawn(async () => {
            await null;
            finished += 1;
          });
        }
      });
      return finished;
    },

    async failFirst(tasks, error, ended) {
      await withGroup(async (group) => {
        void group.spawn(async () => {
          await null;
          throw error;
        });
        for (let i = 1; i < tasks; i += 1) void group.spawn((scope) => sleep(LONG, scope).finally(ended));
      });
    },
  };
}
