import type { BlockedFamily } from "../contestant.js";
import { Countdown } from "../countdown.js";
import type { Tools } from "./tools.js";

export function blocked<S>({ withGroup, Event }: Tools<S>): BlockedFamily {
  return {
    async block(tasks) {
      let woken = 0;
      const event = new Event();
      const waiting = new Countdown(tasks);
      const ended = withGroup(async (group) => {
        for (let i = 0; i < tasks; i += 1) {
          void group.spawn(async (scope) => {
            waiting.arrive();
            await event.wait(scope);
            woken += 1;
          });
        }
      });
      await waiting.reached;

      return {
        async release() {
          event.set();
          await ended;
          return woken;
        },
      };
    },
  };
}
