import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { Contestant, ThreadsFamily } from "../contestant.js";
import { pooled } from "../pooled.js";
import { HandMadePool } from "./hand-made-pool.js";
import { caller, makeLine, serve } from "./line.js";

// From `dist`.
const CALLER = new URL("worker-threads-caller.js", import.meta.url);
const CALLED = new URL("worker-threads-called.js", import.meta.url);

/** By hand. */
const threads: ThreadsFamily = {
  ...pooled((count) => new HandMadePool(count)),

  async callBacks() {
    const [here, there] = makeLine();
    const worker = new Worker(CALLER, { workerData: there, transferList: [there.port] });
    serve(here, (n) => n + 1);
    return {
      async repeat(times) {
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- windows have origins; ports of threads have none
        worker.postMessage(times);
        const [n] = (await once(worker, "message")) as [number];
        return n;
      },
      async close() {
        here.port.close();
        await worker.terminate();
      },
    };
  },

  async blockingCalls() {
    const [here, there] = makeLine();
    const worker = new Worker(CALLED, { workerData: there, transferList: [there.port] });
    const increment = caller(here);
    return {
      async repeat(times) {
        let n = 0;
        for (let i = 0; i < times; i += 1) n = Number(increment(n));
        return n;
      },
      async close() {
        here.port.close();
        await worker.terminate();
      },
    };
  },
};

export const workerThreads: Contestant = { threads };
