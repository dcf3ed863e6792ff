import { DONE, type Tools, type Waiters } from "./tools.js";

/** Lets `permits` holders in at once; with one, it is a lock. A permit that is given back goes to whoever waits longest. */
export class Semaphore<S> {
  readonly #rejection: Tools<S>["rejection"];
  readonly #waiters: Waiters<S, void, void>;
  #free: number;

  constructor(permits: number, { Waiters, rejection }: Tools<S>) {
    this.#rejection = rejection;
    this.#free = permits;
    this.#waiters = new Waiters();
  }

  acquire(scope: S): Promise<void> {
    const rejected = this.#rejection(scope);
    if (rejected !== undefined) return rejected;
    if (this.#free === 0) return this.#waiters.wait(scope);
    this.#free -= 1;
    return DONE;
  }

  release(): void {
    const next = this.#waiters.shift();
    if (next === undefined) this.#free += 1;
    else next.resolve();
  }
}
