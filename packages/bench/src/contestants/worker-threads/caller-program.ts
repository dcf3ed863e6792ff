// The program of a thread that counts as far as it is told, and has each step done by the one who told it.
import { parentPort, workerData } from "node:worker_threads";
import { caller, type Line } from "./line.js";

const increment = caller(workerData as Line);

parentPort?.on("message", (to: number) => {
  let n = 0;
  for (let i = 0; i < to; i += 1) n = Number(increment(n));
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- windows have origins; ports of threads have none
  parentPort?.postMessage(n);
});
