import * as Effect from "effect/Effect";
import { LONG, type SpawnFamily } from "../contestant.js";
import { awaitOnce, inGroup } from "./tasks.js";

export const spawn: SpawnFamily = {
  async join(tasks) {
    let finished = 0;
    const task = () =>
      Effect.gen(function* () {
        yield* awaitOnce;
        finished += 1;
      });
    await Effect.runPromise(inGroup(tasks, task));
    return finished;
  },

  async failFirst(tasks, error, ended) {
    const first = Effect.andThen(awaitOnce, Effect.fail(error));
    const other = Effect.ensuring(Effect.sleep(LONG), Effect.sync(ended));
    await Effect.runPromise(inGroup(tasks, (index) => (index === 0 ? first : other)));
  },
};
