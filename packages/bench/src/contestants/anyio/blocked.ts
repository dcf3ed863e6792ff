import { WaitQueue } from "@anyio/core/lowlevel";
import { withTaskGroup } from "@anyio/task-groups";
import type { BlockedFamily } from "../contestant.js";
import { Countdown } from "../countdown.js";

export const blocked: BlockedFamily = {
  async block(tasks) {
    let woken = 0;
    const event = new WaitQueue();
    const waiting = new Countdown(tasks);
    const ended = withTaskGroup((tg) => {
      for (let i = 0; i < tasks; i += 1) {
        tg.startSoon(async () => {
          waiting.arrive();
          await event.wait("the event");
          woken += 1;
        });
      }
    });
    await waiting.reached;

    return {
      async release() {
        event.wakeAll();
        await ended;
        return woken;
      },
    };
  },
};
