import * as Effect from "effect/Effect";
import * as Latch from "effect/Latch";
import type { BlockedFamily } from "../contestant.js";
import { Countdown } from "../countdown.js";
import { inGroup } from "./tasks.js";

export const blocked: BlockedFamily = {
  async block(tasks) {
    let woken = 0;
    const event = Latch.makeUnsafe();
    const waiting = new Countdown(tasks);
    const task = () =>
      Effect.gen(function* () {
        waiting.arrive();
        yield* event.await;
        woken += 1;
      });
    const ended = Effect.runPromise(inGroup(tasks, task));
    await waiting.reached;

    return {
      async release() {
        event.openUnsafe();
        await ended;
        return woken;
      },
    };
  },
};
