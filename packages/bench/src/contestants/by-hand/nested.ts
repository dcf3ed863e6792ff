import { LONG, type NestedFamily } from "../contestant.js";
import { Countdown } from "../countdown.js";
import type { Tools } from "./tools.js";

export function nested<S>({ withGroup, withTimeout, sleep }: Tools<S>): NestedFamily {
  return {
    async cancelDeep(depth) {
      let unwound = 0;
      const asleep = new Countdown(1);
      function bottom(scope: S): Promise<void> {
        asleep.arrive();
        return sleep(LONG, scope);
      }
      async function level(below: number, outer: S): Promise<void> {
        try {
          await withTimeout(LONG, (scope) => (below === 0 ? bottom(scope) : level(below - 1, scope)), outer);
        } finally {
          unwound += 1;
        }
      }

      await withGroup(async (group) => {
        void group.spawn((scope) => level(depth - 1, scope));
        await asleep.reached;
        group.cancel();
      });
      return unwound;
    },

    async cancelTree(width) {
      let cleanedUp = 0;
      const asleep = new Countdown(width * width);
      async function sleeper(scope: S): Promise<void> {
        asleep.arrive();
        try {
          await sleep(LONG, scope);
        } finally {
          cleanedUp += 1;
        }
      }
      async function branch(outer: S): Promise<void> {
        await withGroup(async (group) => {
          for (let i = 0; i < width; i += 1) void group.spawn(sleeper);
        }, outer);
      }

      await withGroup(async (group) => {
        for (let i = 0; i < width; i += 1) void group.spawn(branch);
        await asleep.reached;
        group.cancel();
      });
      return cleanedUp;
    },
  };
}
