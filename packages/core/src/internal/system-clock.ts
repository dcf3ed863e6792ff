import type { Clock } from "../backend.js";

/**
 * The runtime's clock, with one native timer for all that is scheduled: a binary heap ordered by time, then by age.
 *
 * 1. The native timer is armed for the heap's head or earlier, at the end of the turn: what is scheduled and cancelled in
 *    one turn never comes to it. Cancelling the head leaves it armed: firing once for nothing is cheaper than arming anew.
 * 2. It is there exactly while something is scheduled: it keeps the process alive, and tests put others in its place.
 * 3. What is cancelled stays in the heap as dead wood, hardly more of it than there is alive.
 */
export class SystemClock implements Clock {
  #heap: Entry[] = [];
  #alive = 0;
  #age = 0;
  #native: ReturnType<typeof setTimeout> | undefined;
  #armedFor = Infinity;
  /** The function that was asked to arm the timer, while that is still to come. */
  #asked: typeof setImmediate | undefined;

  now(): number {
    return performance.now();
  }

  schedule(at: number, callback: () => void): { cancel(): void } {
    const entry = new Entry(this, at, this.#age++, callback);
    this.#raise(entry, this.#heap.length);
    this.#alive++;
    if (at < this.#armedFor) this.#armSoon();
    return entry;
  }

  /** Told of each entry that has died. */
  bury(): void {
    if (--this.#alive === 0) this.#disarm();
    if (this.#heap.length > 2 * this.#alive + SMALL) this.#clear();
  }

  #armSoon(): void {
    // Fake timers may come and go, and take with them what was asked of them.
    if (this.#asked === setImmediate) return;
    this.#asked = setImmediate;
    setImmediate(this.#fire);
  }

  #arm(at: number): void {
    this.#armedFor = at;
    this.#native = setTimeout(this.#fire, Math.min(Math.max(Math.ceil(at - performance.now()), 0), LONGEST));
  }

  #disarm(): void {
    clearTimeout(this.#native);
    this.#native = undefined;
    this.#armedFor = Infinity;
  }

  readonly #fire = (): void => {
    this.#asked = undefined;
    this.#disarm();
    const now = performance.now();
    let head = this.#heap[0];
    while (head !== undefined && (head.callback === null || head.at <= now)) {
      this.#removeHead();
      const { callback } = head;
      head.cancel();
      callback?.();
      head = this.#heap[0];
    }
    if (head !== undefined) this.#arm(head.at);
  };

  #removeHead(): void {
    const last = this.#heap.pop();
    if (last !== undefined && this.#heap.length > 0) this.#sink(last, 0);
  }

  #clear(): void {
    this.#heap = this.#heap.filter((entry) => entry.callback !== null);
    for (let i = this.#heap.length >> 1; i >= 0; i--) {
      const entry = this.#heap[i];
      if (entry !== undefined) this.#sink(entry, i);
    }
  }

  /** Puts an entry at `index`, or above it where it comes first. */
  #raise(entry: Entry, index: number): void {
    let at = index;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = this.#heap[above];
      if (parent === undefined || parent.isBefore(entry)) break;
      this.#heap[at] = parent;
      at = above;
    }
    this.#heap[at] = entry;
  }

  /** Puts an entry at `index`, or below it where it comes later. */
  #sink(entry: Entry, index: number): void {
    let at = index;
    for (;;) {
      const left = this.#heap[2 * at + 1];
      const right = this.#heap[2 * at + 2];
      const child = left !== undefined && right?.isBefore(left) ? right : left;
      if (child === undefined || entry.isBefore(child)) break;
      this.#heap[at] = child;
      at = child === left ? 2 * at + 1 : 2 * at + 2;
    }
    this.#heap[at] = entry;
  }
}

class Entry {
  constructor(
    readonly clock: SystemClock,
    readonly at: number,
    readonly age: number,
    public callback: (() => void) | null,
  ) {}

  isBefore(other: Entry): boolean {
    return this.at < other.at || (this.at === other.at && this.age < other.age);
  }

  cancel(): void {
    if (this.callback === null) return;
    this.callback = null;
    this.clock.bury();
  }
}

// Below this size clearing costs more than it saves.
const SMALL = 64;

// setTimeout takes 31 bits and fires at once beyond them; firing early for nothing is harmless (1).
const LONGEST = 2 ** 31 - 1;
