import { sleep } from "@anyio/core";
import type { Clock } from "@anyio/core/lowlevel";

interface Entry {
  readonly at: number;
  readonly callback: () => void;
}
const { setImmediate } = globalThis;
/** Stand-in. */
export class VirtualClock implements Clock {
  readonly #entries = new Set<Entry>();
  #now = 0;
  #looks = 0;
  #seen = -1;
  #idle = 0;
  #isWatching = false;
  constructor(_options: { autojump?: boolean } = {}) {}
  now(): number {
    this.#looks++;
    return this.#now;
  }
  advance(ms: number): Promise<void> {
    return sleep(ms);
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
    this.#idle = this.#looks === this.#seen ? this.#idle + 1 : 0;
    this.#seen = this.#looks;
    if (this.#idle >= 10) this.#jump();
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
