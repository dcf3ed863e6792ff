// The program of a pool's thread. What it calls is exported by the module that it was told.
import { parentPort, workerData } from "node:worker_threads";
import type { Order, Outcome } from "./messages.js";

const work = (await import(String(workerData))) as Readonly<Record<string, (arg: unknown) => unknown>>;

parentPort?.on("message", (order: Order) => void perform(order));

async function perform({ name, arg, transfers }: Order): Promise<void> {
  try {
    const value = await work[name]?.(arg);
    answer({ value }, transfers ? [(value as Uint8Array<ArrayBuffer>).buffer] : []);
  } catch (error) {
    answer({ error }, []);
  }
}

function answer(outcome: Outcome, transferList: readonly ArrayBuffer[]): void {
  parentPort?.postMessage(outcome, transferList);
}
