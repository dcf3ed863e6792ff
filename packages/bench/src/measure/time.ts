import { median } from "../median.js";
import type { Effort } from "./effort.js";
import { expectEqual } from "./expect-equal.js";

/**
 * Nanoseconds per operation, the median of some samples of `work`, which does `operations` of them and returns how many
 * it did. The heap is collected once, before the first sample: garbage that the work makes is part of its price, and to
 * collect between samples would shrink the young generation, which punishes whoever keeps more alive.
 */
export async function timePerOperation(
  operations: number,
  work: () => Promise<number>,
  { warmUpMs, samples, sampleMs }: Effort,
): Promise<number> {
  const once = async () => expectEqual("work done", await work(), operations);
  if (warmUpMs > 0) await repeat(once, warmUpMs);
  globalThis.gc?.();
  const elapsed: number[] = [];
  for (let i = 0; i < samples; i += 1) elapsed.push(await repeat(once, sampleMs));
  return (median(elapsed) * 1e6) / operations;
}

/** Nanoseconds for each of `times` times that `work` is done, of which that counts that it returns, in milliseconds. */
export async function timeAsTold(
  times: number,
  work: () => Promise<number>,
  { warmUpMs, samples }: Effort,
): Promise<number> {
  if (warmUpMs > 0) await repeat(async () => void (await work()), warmUpMs);
  globalThis.gc?.();
  const told: number[] = [];
  for (let i = 0; i < samples; i += 1) {
    let total = 0;
    for (let j = 0; j < times; j += 1) total += await work();
    told.push(total / times);
  }
  return median(told) * 1e6;
}

/** Repeats `once` for at least `ms` milliseconds; returns how many each repetition took. */
async function repeat(once: () => Promise<void>, ms: number): Promise<number> {
  const begun = performance.now();
  let repetitions = 0;
  let elapsed: number;
  do {
    await once();
    repetitions += 1;
    elapsed = performance.now() - begun;
  } while (elapsed < ms);
  return elapsed / repetitions;
}
