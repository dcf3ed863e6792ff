import { failAfter, sleep } from "@anyio/core";
import { withTaskGroup } from "@anyio/task-groups";
import { LONG, type NestedFamily } from "../contestant.js";
import { Countdown } from "../countdown.js";

export const nested: NestedFamily = {
  async cancelDeep(depth) {
    let unwound = 0;
    const asleep = new Countdown(1);
    function bottom(): Promise<void> {
      asleep.arrive();
      return sleep(LONG);
    }
    async function level(below: number): Promise<void> {
      try {
        await failAfter(LONG, () => (below === 0 ? bottom() : level(below - 1)));
      } finally {
        unwound += 1;
      }
    }

    await withTaskGroup(async (tg) => {
      tg.startSoon(() => level(depth - 1));
      await asleep.reached;
      tg.cancel();
    });
    return unwound;
  },

  async cancelTree(width) {
    let cleanedUp = 0;
    const asleep = new Countdown(width * width);
    async function sleeper(): Promise<void> {
      asleep.arrive();
      try {
        await sleep(LONG);
      } finally {
        cleanedUp += 1;
      }
    }
    async function branch(): Promise<void> {
      await withTaskGroup((tg) => {
        for (let i = 0; i < width; i += 1) tg.startSoon(sleeper);
      });
    }

    await withTaskGroup(async (tg) => {
      for (let i = 0; i < width; i += 1) tg.startSoon(branch);
      await asleep.reached;
      tg.cancel();
    });
    return cleanedUp;
  },
};
