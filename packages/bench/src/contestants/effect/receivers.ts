import * as Effect from "effect/Effect";
import * as Queue from "effect/Queue";
import type { BlockedFamily } from "../contestant.js";
import { Countdown } from "../countdown.js";
import { inGroup } from "./tasks.js";

export const receivers: BlockedFamily = {
  async block(tasks) {
    let woken = 0;
    const channel = await Effect.runPromise(Queue.bounded<number>(0));
    const waiting = new Countdown(tasks);
    const task = (index: number) =>
      Effect.gen(function* () {
        waiting.arrive();
        if ((yield* Queue.take(channel)) === index) woken += 1;
      });
    const ended = Effect.runPromise(inGroup(tasks, task));
    await waiting.reached;

    return {
      async release() {
        await Effect.runPromise(
          Effect.gen(function* () {
            for (let i = 0; i < tasks; i += 1) yield* Queue.offer(channel, i);
          }),
        );
        await ended;
        return woken;
      },
    };
  },
};
