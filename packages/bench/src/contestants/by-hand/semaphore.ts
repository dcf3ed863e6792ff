import type { Releasable, Tools, Waiters } from "./tools.js";

/** Lets `permits` holders in at once; with one, it is a lock. A permit that is given back goes to whoever waits longest. */
export class Semaphore<S> implements Releasable {
  readonly #tools: Tools<S>;
  readonly #waiters: Waiters<S, Releasable, void>;
  #free: number;

  constructor(permits: number, tools: Tools<S>) {
    this.#tools = tools;
    this.#free = permits;
    this.#waiters = new tools.Waiters();
  }

  /** Waits for a permit. What it returns is what gives that back. */
  acquire(scope: S): Promise<Releasable> {
    const rejected = this.#tools.rejection(scope);
    if (rejected !== undefined) return rejected;
    if (this.#free === 0) return this.#waiters.wait(scope);
    this.#free -= 1;
    return Promise.resolve(this.#tools.leaseOf(this));
  }

  release(): void {
    const next = this.#waiters.shift();
    if (next === undefined) this.#free += 1;
    else next.resolve(this.#tools.leaseOf(this));
  }
}
