import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { turns } from "./turn.js";

/** Collects garbage, and lets finalizers run, until `isDone`; fails where that takes too long. */
export async function collectUntil(isDone: () => boolean | Promise<boolean>): Promise<void> {
  for (let round = 0; round < 50; round++) {
    // What a WeakRef was asked for lives until the end of the turn.
    await turns(1);
    collect();
    await turns(3);
    if (await isDone()) return;
  }
  throw new Error("it was not collected");
}

/** Collects garbage, on any runtime. */
function collect(): void {
  gc ??= findCollector();
  gc();
}

let gc: (() => void) | undefined;

function findCollector(): () => void {
  const { Bun } = globalThis as { Bun?: { gc(isSynchronous: boolean): void } };
  if (Bun) return () => Bun.gc(true);
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
}
