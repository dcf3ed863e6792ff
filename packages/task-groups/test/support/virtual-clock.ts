import { run } from "@anyio/core";
import type { Clock } from "@anyio/core/lowlevel";

interface Entry {
  readonly at: number;
  readonly callback: () => void;
}

export interface VirtualClockOptions {
  /** How many turns of the event loop nobody may have looked at the clock before it jumps. */
  idleTurns?: number;
  /** Whether something else is about to happen, so that time stands still. */
  isBusy?: () => boolean;
}

/** Time that passes only when all is parked: it jumps to whatever is scheduled next. */
export class VirtualClock implements Clock {
  readonly #entries = new Set<Entry>();
  readonly #idleTurns: number;
  readonly #isBusy: () => boolean;
  #now = 0;
  #looks = 0;
  #seen = -1;
  #idle = 0;
  #isWatching = false;

  constructor({ idleTurns = 10, isBusy = () => false }: VirtualClockOptions = {}) {
    this.#idleTurns = idleTurns;
    this.#isBusy = isBusy;
  }

  /** How many callbacks are still to come. */
  get scheduled(): number {
    return this.#entries.size;
  }

  now(): number {
    this.#looks++;
    return this.#now;
  }

  schedule(at: number, callback: () => void): { cancel(): void } {
    this.#looks++;
    const entry = { at, callback };
    this.#entries.add(entry);
    if (!this.#isWatching) {
      this.#isWatching = true;
      setImmediate(this.#watch);
    }
    return { cancel: () => void this.#entries.delete(entry) };
  }

  readonly #watch = (): void => {
    this.#isWatching = this.#entries.size > 0;
    if (!this.#isWatching) return;
    setImmediate(this.#watch);
    this.#idle = this.#looks === this.#seen && !this.#isBusy() ? this.#idle + 1 : 0;
    this.#seen = this.#looks;
    if (this.#idle >= this.#idleTurns) this.#jump();
  };

  #jump(): void {
    this.#idle = 0;
    let next = Infinity;
    for (const { at } of this.#entries) next = Math.min(next, at);
    this.#now = Math.max(this.#now, next);
    for (const entry of [...this.#entries].filter(({ at }) => at <= this.#now)) {
      if (this.#entries.delete(entry)) entry.callback();
    }
  }
}

/** Runs `main` on a virtual clock. */
export function virtually<T>(main: () => T | PromiseLike<T>): Promise<T> {
  return run(main, { signals: [], backend: { clock: new VirtualClock() } });
}
