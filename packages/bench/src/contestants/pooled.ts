import type { Passing, ThreadsFamily } from "./contestant.js";
import { inHands, sum } from "./shares.js";

/** Threads that have a queue, or take turns: what those have in common that do nothing else. */
export interface Pool {
  /** Calls a function of `thread-work.ts`. */
  call(name: "increment" | "primesBelow", arg: number): Promise<number>;
  /** Calls its `stamp`, with bytes that go there and back by `how`. */
  pass(how: Passing, bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>>;
  /** Ends the threads. */
  close(): Promise<void>;
}

/** Calls in the threads of a pool. */
export function pooled(start: (threads: number) => Pool): ThreadsFamily {
  return {
    async roundTrips(threads) {
      const pool = start(threads);
      return {
        repeat: (times) => inHands(times, threads, (own) => count(pool, own)),
        close: () => pool.close(),
      };
    },

    async primes(threads, times, limit) {
      const pool = start(threads);
      const found = await Promise.all(Array.from({ length: times }, () => pool.call("primesBelow", limit)));
      await pool.close();
      return sum(found);
    },

    async passing(how) {
      const pool = start(1);
      return { pass: (bytes) => pool.pass(how, bytes), close: () => pool.close() };
    },

    async firstCall(answered) {
      const pool = start(1);
      answered(await pool.call("increment", 0));
      await pool.close();
    },
  };
}

/** Counts as far as that, in a thread. */
async function count(pool: Pool, to: number): Promise<number> {
  let n = 0;
  for (let i = 0; i < to; i += 1) n = await pool.call("increment", n);
  return n;
}
