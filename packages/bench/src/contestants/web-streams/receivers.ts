import type { BlockedFamily } from "../contestant.js";
import { Countdown } from "../countdown.js";
import { startAll } from "../start-all.js";
import { channel } from "./channel.js";

export const receivers: BlockedFamily = {
  async block(tasks) {
    let woken = 0;
    const { send, readable } = channel<number>(0);
    const reader = readable.getReader();
    const waiting = new Countdown(tasks);
    const ended = startAll(tasks, async (index) => {
      waiting.arrive();
      if ((await reader.read()).value === index) woken += 1;
    });
    await waiting.reached;

    return {
      async release() {
        for (let i = 0; i < tasks; i += 1) await send.write(i);
        await ended;
        return woken;
      },
    };
  },
};
