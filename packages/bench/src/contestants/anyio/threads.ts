import { run } from "@anyio/core";
import { CapacityLimiter } from "@anyio/sync";
import { gather } from "@anyio/task-groups";
import { callable, type RemoteFunction, startBlockingPortal, toThread, worker } from "@anyio/threads";
import type { ThreadsFamily } from "../contestant.js";
import { deal, sum } from "../shares.js";
import type * as Work from "../thread-work.js";
import type * as TransferringWork from "./thread-work.js";

// From `dist`.
const work = worker<typeof Work>(new URL("thread-work.js", import.meta.url));
const transferringWork = worker<typeof TransferringWork>(new URL("anyio-thread-work.js", import.meta.url));

export const threads: ThreadsFamily = {
  async roundTrips(count) {
    return {
      repeat: async (times) => sum(await gather(deal(times, count).map((own) => () => countTo(own)))),
      close: leaveThemAlone,
    };
  },

  primes: (count, times, limit) =>
    run(async () => {
      const limiter = new CapacityLimiter(count);
      const countPrimes = () => toThread.run(work.primesBelow, [limit], { limiter });
      return sum(await gather(Array.from({ length: times }, () => countPrimes)));
    }),

  async passing(how) {
    return {
      pass: (bytes) =>
        how === "clone"
          ? toThread.run(work.stamp, [bytes])
          : toThread.run(transferringWork.stamp, [bytes], { transfer: [bytes.buffer] }),
      close: leaveThemAlone,
    };
  },

  firstCall: (answered) => run(async () => answered(await toThread.run(work.increment, [0]))),

  async callBacks() {
    const next = callable((n: number) => n + 1);
    return { repeat: (times) => toThread.run(countBack, [times, next]), close: leaveThemAlone };
  },

  async blockingCalls() {
    const portal = startBlockingPortal();
    return {
      async repeat(times) {
        let n = 0;
        for (let i = 0; i < times; i += 1) n = portal.call(increment, [n]);
        return n;
      },
      async close() {
        portal.close();
      },
    };
  },
};

/** Counts as far as that, in a thread. */
async function countTo(to: number): Promise<number> {
  let n = 0;
  for (let i = 0; i < to; i += 1) n = await toThread.run(work.increment, [n]);
  return n;
}

/** Is called in a thread, and counts by calling back. */
function countBack(to: number, next: RemoteFunction<(n: number) => number>): number {
  let n = 0;
  for (let i = 0; i < to; i += 1) n = next.callSync(n);
  return n;
}

/** Is called in the portal's thread. */
async function increment(n: number): Promise<number> {
  return n + 1;
}

/** Threads without work keep nothing alive. */
async function leaveThemAlone(): Promise<void> {}
