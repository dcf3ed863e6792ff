import { ensure, run, sleep } from "effection";
import { LONG, type SpawnFamily } from "../contestant.js";
import { awaitOnce, inGroup } from "./tasks.js";

export const spawn: SpawnFamily = {
  async join(tasks) {
    let finished = 0;
    function* task() {
      yield* awaitOnce();
      finished += 1;
    }
    await run(() => inGroup(tasks, () => task));
    return finished;
  },

  async failFirst(tasks, error, ended) {
    function* first() {
      yield* awaitOnce();
      throw error;
    }
    function* other() {
      yield* ensure(ended);
      yield* sleep(LONG);
    }
    await run(() => inGroup(tasks, (index) => (index === 0 ? first : other)));
  },
};
