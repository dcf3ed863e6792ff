import { type Operation, run } from "effection";
import type { BlockedFamily } from "../contestant.js";
import { Countdown } from "../countdown.js";
import { createChannel } from "./channel.js";
import { inGroup } from "./tasks.js";

export const receivers: BlockedFamily = {
  async block(tasks) {
    let woken = 0;
    const channel = createChannel<number>(0);
    const waiting = new Countdown(tasks);
    function* task(index: number): Operation<void> {
      waiting.arrive();
      if ((yield* channel.next()).value === index) woken += 1;
    }
    const ended = run(() => inGroup(tasks, (index) => () => task(index)));
    await waiting.reached;

    return {
      async release() {
        await run(function* () {
          for (let i = 0; i < tasks; i += 1) yield* channel.send(i);
        });
        await ended;
        return woken;
      },
    };
  },
};
