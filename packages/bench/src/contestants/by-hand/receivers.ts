import type { BlockedFamily } from "../contestant.js";
import { Countdown } from "../countdown.js";
import { Channel } from "./channel.js";
import type { Tools } from "./tools.js";

export function receivers<S>(tools: Tools<S>): BlockedFamily {
  return {
    async block(tasks) {
      let woken = 0;
      const channel = new Channel<S, number>(0, tools);
      const waiting = new Countdown(tasks);
      let scopeOfAll!: S;
      const ended = tools.withGroup(async (group) => {
        scopeOfAll = group.scope;
        for (let i = 0; i < tasks; i += 1) {
          void group.spawn(async (scope) => {
            waiting.arrive();
            if ((await channel.receive(scope)) === i) woken += 1;
          });
        }
      });
      await waiting.reached;

      return {
        async release() {
          for (let i = 0; i < tasks; i += 1) await channel.send(i, scopeOfAll);
          await ended;
          return woken;
        },
      };
    },
  };
}
