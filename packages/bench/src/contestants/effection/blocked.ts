import { run, withResolvers } from "effection";
import type { BlockedFamily } from "../contestant.js";
import { Countdown } from "../countdown.js";
import { inGroup } from "./tasks.js";

export const blocked: BlockedFamily = {
  async block(tasks) {
    let woken = 0;
    const event = withResolvers<void>();
    const waiting = new Countdown(tasks);
    function* task() {
      waiting.arrive();
      yield* event.operation;
      woken += 1;
    }
    const ended = run(() => inGroup(tasks, () => task));
    await waiting.reached;

    return {
      async release() {
        event.resolve();
        await ended;
        return woken;
      },
    };
  },
};
