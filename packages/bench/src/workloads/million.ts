import { familyOf, OPERATIONS, type Operation } from "../contestants/contestant.js";
import { expectEqual } from "../measure/expect-equal.js";
import { heapInUse } from "../measure/memory.js";
import type { Workload } from "./workload.js";

/** One batch to warm up, and these that count. */
const BATCHES = 10;

const titles: Record<Operation, string> = {
  checkpoint: "checkpoints",
  timeout: "timeouts",
  spawn: "tasks started and joined",
  suspend: "operations that waited",
};

/** How much the heap grows while a scope lives through a million operations. */
export const million: readonly Workload[] = OPERATIONS.map((operation) => ({
  name: `million-${operation}`,
  title: `a million ${titles[operation]} under one live scope: heap growth in all`,
  metrics: { heap: "KiB" },
  size: 1_000_000,
  smokeSize: 100,
  smaller: { effection: 20_000 },
  async run(contestant, size) {
    const heap: number[] = [];
    const batch = size / BATCHES;
    const done = await familyOf(contestant, "operations").repeat(operation, BATCHES + 1, batch, () =>
      heap.push(heapInUse()),
    );
    expectEqual("operations done", done, size + batch);
    const [before = 0] = heap;
    return { heap: ((heap.at(-1) ?? 0) - before) / 1024 };
  },
}));
