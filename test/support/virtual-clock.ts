import { run } from "@anyio/core";
import type { Backend, Clock } from "@anyio/core/lowlevel";
import { turns } from "./turn.js";

interface Entry {
  readonly at: number;
  readonly callback: () => void;
}

/** A clock that stands still until it is told to advance. */
export class VirtualClock implements Clock {
  #now = 0;
  #entries: Entry[] = [];

  now(): number {
    return this.#now;
  }

  schedule(at: number, callback: () => void): { cancel(): void } {
    const entry = { at, callback };
    this.#entries.push(entry);
    return { cancel: () => void (this.#entries = this.#entries.filter((other) => other !== entry)) };
  }

  /** How many callbacks are scheduled. */
  get pending(): number {
    return this.#entries.length;
  }

  /** Lets time pass: what comes due is called at its time, in order, and what follows from it has run. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await turns(2);
    for (let due = this.#next(end); due !== undefined; due = this.#next(end)) {
      this.#now = Math.max(this.#now, due.at);
      this.#entries = this.#entries.filter((other) => other !== due);
      due.callback();
      await turns(2);
    }
    this.#now = end;
  }

  #next(end: number): Entry | undefined {
    return this.#entries.filter(({ at }) => at <= end).toSorted((a, b) => a.at - b.at)[0];
  }
}

/** Runs `main` on a virtual clock that begins at 0. */
export function virtually<T>(main: (clock: VirtualClock) => Promise<T>, backend: Backend = {}): Promise<T> {
  const clock = new VirtualClock();
  return run(() => main(clock), { name: "test", signals: [], backend: { clock, ...backend } });
}
