import { InvalidStateError } from "@anyio/core";
import { checkCount, checkLimit } from "./internal/check-count.js";
import { Permits } from "./internal/permits.js";
import { runWith } from "./internal/run-with.js";
import type { Lease } from "./lease.js";

export interface SemaphoreOptions {
  /** What `value` never exceeds; no limit unless given. */
  maxValue?: number;
}

export interface SemaphoreStatistics {
  /** How many tasks wait for a permit. */
  readonly tasksWaiting: number;
}

/**
 * Lets a number of them in at a time, first come, first served.
 *
 * @example
 * const semaphore = new Semaphore(2);
 * let inside = 0;
 * const seen = await amap(
 *   () =>
 *     semaphore.run(async () => {
 *       inside++;
 *       await sleep(5);
 *       return inside--;
 *     }),
 *   [1, 2, 3, 4, 5],
 * );
 * Math.max(...seen); // => 2
 * @see anyio.Semaphore
 */
export class Semaphore {
  readonly #permits: Permits;
  readonly #maxValue: number;

  /**
   * @param initial how many may enter at first
   * @throws {RangeError} when `initial` is not a non-negative integer, or `maxValue` is less, or neither an integer nor Infinity
   * @throws {TypeError} when either is no number
   */
  constructor(initial: number, options: SemaphoreOptions = {}) {
    checkCount("initial", initial);
    this.#maxValue = checkLimit("maxValue", options.maxValue ?? Infinity);
    if (this.#maxValue < initial) {
      throw new RangeError(`maxValue must not be less than the initial value of ${initial}, as ${this.#maxValue} is`);
    }
    this.#permits = new Permits("a semaphore", initial);
  }

  /** How many may enter now. */
  get value(): number {
    return this.#permits.free;
  }

  /**
   * Waits until there is a permit, and takes it: `using _ = await semaphore.acquire()`.
   *
   * **Cancellation:** leaves the queue. Where a permit was handed over before, the lease is delivered.
   *
   * @returns what gives the permit back
   */
  acquire(): Promise<Lease> {
    return this.#permits.acquire();
  }

  /**
   * Takes a permit, where that needs no waiting.
   *
   * @throws {WouldBlockError} when there is none
   */
  acquireNowait(): Lease {
    return this.#permits.acquireNowait();
  }

  /**
   * Gives a permit back, whoever took it; where none is out, there is one more from now on. A lease that finds all permits
   * back already has nothing to give back.
   *
   * @throws {InvalidStateError} when `value` would exceed `maxValue`
   */
  release(): void {
    if (this.#permits.repay()) return;
    if (this.#permits.total === this.#maxValue) {
      throw new InvalidStateError(
        `the semaphore has all of its ${this.#maxValue} permits; release it once for each time it was acquired`,
      );
    }
    this.#permits.total++;
  }

  /**
   * Calls `fn` while holding a permit: for code without `using`.
   *
   * **Cancellation:** while waiting for a permit, leaves the queue; in a cancelled scope `fn` is not called. While `fn` runs, the
   * cancellation is `fn`'s.
   *
   * @returns what `fn` returns
   */
  run<T>(fn: () => T | PromiseLike<T>): Promise<T> {
    return runWith(() => this.acquire(), fn);
  }

  /** What can be told of it now. */
  statistics(): SemaphoreStatistics {
    return { tasksWaiting: this.#permits.tasksWaiting };
  }
}
