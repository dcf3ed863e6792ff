import { currentEffectiveDeadline, isCancelled, run } from "@anyio/core";
import { checkpointIfCancelled, quietly } from "@anyio/core/lowlevel";
import { ExploreError } from "./errors.js";
import { SeededScheduler } from "./seeded-scheduler.js";
import { VirtualClock } from "./virtual-clock.js";

/** What {@link explore} has to be told. */
export interface ExploreOptions {
  /** Which schedules: those of the seeds from 0 up to this number, or of these very seeds. */
  seeds: number | readonly number[];
}

/**
 * Runs a body under many schedules, one after the other: the order in which tasks that are ready go on follows from a seed. What is
 * promised to be first in, first out stays so. Each schedule is a `run()` on a virtual clock that jumps, so that sleeping costs
 * nothing and a deadlock fails.
 *
 * A seed replays its schedule exactly, as long as the body is the same each time: it takes everything it needs anew, and depends
 * neither on real time or I/O nor on chance.
 *
 * **Cancellation:** cancels the body that runs, and waits for it.
 *
 * @throws {ExploreError} when the body fails, at the first seed with which it does
 * @throws {TypeError} when `fn` is no function
 * @throws {RangeError} when `seeds` is no positive integer, or a list that is empty or has something else than integers in it
 * @example
 * const body = async () => {
 *   let tickets = 1;
 *   const buy = async () => {
 *     if (tickets === 0) return;
 *     await checkpoint(); // asks the bank
 *     tickets -= 1;
 *   };
 *   await gather([buy, buy]);
 *   if (tickets < 0) throw new Error("sold a ticket twice");
 * };
 * const outcome = await explore(body, { seeds: 100 }).catch((error: ExploreError) => String(error.cause));
 * outcome; // => "Error: sold a ticket twice"
 */
export function explore(fn: () => unknown, options: ExploreOptions): Promise<void> {
  return quietly(exploreAll(fn, options));
}

async function exploreAll(fn: () => unknown, { seeds }: ExploreOptions): Promise<void> {
  if (typeof fn !== "function") throw new TypeError(`fn must be a function, not ${typeof fn}`);
  let tried = 0;
  for (const seed of seedsOf(seeds)) {
    await checkpointIfCancelled();
    tried++;
    try {
      await runWith(seed, fn);
    } catch (error) {
      const isFromOutside = isCancelled(error) && currentEffectiveDeadline() === -Infinity;
      if (isFromOutside) throw error;
      throw new ExploreError(seed, tried, error);
    }
  }
}

function runWith(seed: number, fn: () => unknown): Promise<unknown> {
  const backend = { clock: new VirtualClock({ autojump: true }), scheduler: new SeededScheduler(seed) };
  return run(fn, { name: `seed ${seed}`, signals: [], backend });
}

function seedsOf(seeds: number | readonly number[]): readonly number[] {
  if (typeof seeds !== "number") {
    if (!Array.isArray(seeds)) throw new TypeError(`seeds must be a number or an array, not ${typeof seeds}`);
    if (seeds.length === 0 || !seeds.every(Number.isSafeInteger))
      throw new RangeError(`seeds must be integers, and one of them at least, not [${seeds.join(", ")}]`);
    return seeds as readonly number[];
  }
  if (!Number.isSafeInteger(seeds) || seeds < 1) throw new RangeError(`seeds must be a positive integer, not ${seeds}`);
  return Array.from({ length: seeds }, (_, seed) => seed);
}
