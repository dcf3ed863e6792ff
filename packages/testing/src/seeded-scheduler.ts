import { nextTick } from "node:process";
import type { Scheduler } from "@anyio/core/lowlevel";
import { Random } from "./internal/random.js";

// Taken now: a test may put fake timers in its place.
const { setImmediate } = globalThis;

/**
 * Resumes what is ready one at a time, in an order that follows from a seed. The next one is chosen when the code that went on with the
 * last has come to its next wait, so that all which that has made ready can be chosen too. It is what {@link explore} runs a body
 * on; for a test framework that explores by itself.
 *
 * @example
 * const orderOf = async (seed: number) => {
 *   const order: number[] = [];
 *   const main = () => gather([1, 2, 3].map((n) => () => checkpoint().then(() => order.push(n))));
 *   await run(main, { backend: { scheduler: new SeededScheduler(seed) } });
 *   return order.join();
 * };
 * (await orderOf(7)) === (await orderOf(7)); // => true
 */
export class SeededScheduler implements Scheduler {
  readonly #ready: (() => void)[] = [];
  readonly #random: Random;
  #count = 0;
  #hasChosen = false;

  constructor(seed: number) {
    this.#random = new Random(seed);
  }

  /** Whether there was more than one to choose from; until then no other seed would have brought about another order. */
  get hasChosen(): boolean {
    return this.#hasChosen;
  }

  ready(resume: () => void): void {
    if (this.#ready.push(resume) === 1) this.#ask();
  }

  readonly #resumeOne = (): void => {
    const ready = this.#ready;
    this.#hasChosen ||= ready.length > 1;
    const chosen = this.#random.below(ready.length);
    const resume = ready[chosen];
    const last = ready.pop();
    if (last !== undefined && chosen < ready.length) ready[chosen] = last;
    // Ask before resuming: what is made ready meanwhile must not ask again.
    if (ready.length > 0) this.#ask();
    resume?.();
  };

  /** Asks for the moment in which all that could go on has come to its next wait. */
  #ask(): void {
    // Ticks come before timers and sockets, which must not starve.
    if (IS_BUN || ++this.#count % TICKS_PER_TURN === 0) setImmediate(this.#resumeOne);
    else queueMicrotask(this.#askForTick);
  }

  // A tick that is asked for in a microtask comes after all microtasks; one that is asked for in a tick comes before them.
  readonly #askForTick = (): void => nextTick(this.#resumeOne);
}

// On Bun a tick comes before the microtasks that are left, not after them.
const IS_BUN = "Bun" in globalThis;
const TICKS_PER_TURN = 64;
