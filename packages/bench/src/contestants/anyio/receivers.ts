import { createMemoryObjectStream } from "@anyio/streams";
import { withTaskGroup } from "@anyio/task-groups";
import type { BlockedFamily } from "../contestant.js";
import { Countdown } from "../countdown.js";

export const receivers: BlockedFamily = {
  async block(tasks) {
    let woken = 0;
    const [send, receive] = createMemoryObjectStream<number>();
    const waiting = new Countdown(tasks);
    const ended = withTaskGroup((tg) => {
      for (let i = 0; i < tasks; i += 1) {
        tg.startSoon(async () => {
          waiting.arrive();
          if ((await receive.receive()) === i) woken += 1;
        });
      }
    });
    await waiting.reached;

    return {
      async release() {
        for (let i = 0; i < tasks; i += 1) await send.send(i);
        await ended;
        send.close();
        receive.close();
        return woken;
      },
    };
  },
};
