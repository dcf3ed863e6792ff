import { performance, sleepBriefly } from "./internal/event-loop.js";

/**
 * The workers of a pool that have nothing to do. The one that came last is taken first, so that those that are not needed stay at the bottom,
 * and are let go after a while. It keeps no program alive.
 *
 * @typeParam T workers, or whatever is dear to make
 * @example
 * const idle = new IdleStack<{ name: string; isAlive: boolean }>(10_000, () => {});
 * idle.push({ name: "one", isAlive: true });
 * idle.push({ name: "two", isAlive: true });
 * idle.take()?.name; // => "two"
 */
export class IdleStack<T extends { readonly isAlive: boolean }> {
  /** The oldest first. */
  readonly #entries: { readonly worker: T; readonly since: number }[] = [];
  readonly #limit: number;
  readonly #letGo: (worker: T) => void;
  #isWatched = false;

  /**
   * @param limit how long a worker may stay, in ms of real time
   * @param letGo told of each that has stayed so long, is alive, and is not here any more
   */
  constructor(limit: number, letGo: (worker: T) => void) {
    this.#limit = limit;
    this.#letGo = letGo;
  }

  push(worker: T): void {
    this.#entries.push({ worker, since: performance.now() });
    if (!this.#isWatched) this.#lookIn(this.#limit);
  }

  /** Takes the one that came last and is alive; undefined where there is none. */
  take(): T | undefined {
    let entry = this.#entries.pop();
    while (entry?.worker.isAlive === false) entry = this.#entries.pop();
    return entry?.worker;
  }

  #lookIn(ms: number): void {
    this.#isWatched = true;
    sleepBriefly(this.#look, ms).unref();
  }

  readonly #look = (): void => {
    this.#isWatched = false;
    const now = performance.now();
    const young = this.#entries.findIndex(({ since }) => now - since < this.#limit - SLACK);
    const old = this.#entries.splice(0, young === -1 ? this.#entries.length : young);
    const [next] = this.#entries;
    if (next !== undefined) this.#lookIn(next.since + this.#limit - now);
    for (const { worker } of old) if (worker.isAlive) this.#letGo(worker);
  };
}

/** By how many ms a timer may be early. */
const SLACK = 2;
