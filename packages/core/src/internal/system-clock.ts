import type { Clock } from "../backend.js";

/**
 * The runtime's clock, with one native timer for all that is scheduled: a binary heap ordered by time, then by age.
 *
 * 1. The native timer is armed for the heap's head or earlier. Removing the head leaves it armed: it then fires for
 *    nothing once, which is cheaper than arming anew for each of a series of scopes that end in time.
 * 2. It keeps the process alive exactly while something is scheduled.
 */
export class SystemClock implements Clock {
  readonly #heap: Entry[] = [];
  #age = 0;
  #native: NativeTimer | undefined;
  #armedFor = Infinity;

  now(): number {
    return performance.now();
  }

  schedule(at: number, callback: () => void): { cancel(): void } {
    const entry = new Entry(this, at, this.#age++, callback);
    this.#place(entry, this.#heap.length);
    this.#raise(entry);
    if (at < this.#armedFor) this.#arm(at);
    else if (this.#heap.length === 1) hold(this.#native, true);
    return entry;
  }

  /** Takes an entry out, wherever it stands. */
  remove(entry: Entry): void {
    const { index } = entry;
    if (index < 0) return;
    entry.index = -1;
    const last = this.#heap.pop();
    if (last !== undefined && last !== entry) {
      this.#place(last, index);
      this.#raise(last);
      this.#sink(last);
    }
    if (this.#heap.length === 0) hold(this.#native, false);
  }

  #arm(at: number): void {
    clearTimeout(this.#native);
    this.#armedFor = at;
    this.#native = setTimeout(this.#fire, Math.min(Math.max(Math.ceil(at - performance.now()), 0), LONGEST));
  }

  readonly #fire = (): void => {
    this.#native = undefined;
    this.#armedFor = Infinity;
    const now = performance.now();
    let head = this.#heap[0];
    while (head !== undefined && head.at <= now) {
      this.remove(head);
      head.callback();
      head = this.#heap[0];
    }
    if (head !== undefined && head.at < this.#armedFor) this.#arm(head.at);
  };

  #place(entry: Entry, index: number): void {
    this.#heap[index] = entry;
    entry.index = index;
  }

  #raise(entry: Entry): void {
    while (entry.index > 0) {
      const index = (entry.index - 1) >> 1;
      const parent = this.#heap[index];
      if (parent === undefined || parent.isBefore(entry)) return;
      this.#place(parent, entry.index);
      this.#place(entry, index);
    }
  }

  #sink(entry: Entry): void {
    for (;;) {
      const left = this.#heap[2 * entry.index + 1];
      const right = this.#heap[2 * entry.index + 2];
      const child = left !== undefined && right?.isBefore(left) ? right : left;
      if (child === undefined || entry.isBefore(child)) return;
      const { index } = child;
      this.#place(child, entry.index);
      this.#place(entry, index);
    }
  }
}

class Entry {
  index = -1;

  constructor(
    readonly clock: SystemClock,
    readonly at: number,
    readonly age: number,
    readonly callback: () => void,
  ) {}

  isBefore(other: Entry): boolean {
    return this.at < other.at || (this.at === other.at && this.age < other.age);
  }

  cancel(): void {
    this.clock.remove(this);
  }
}

// setTimeout takes 31 bits and fires at once beyond them; firing early for nothing is harmless (1).
const LONGEST = 2 ** 31 - 1;

type NativeTimer = ReturnType<typeof setTimeout>;

function hold(timer: NativeTimer | undefined, alive: boolean): void {
  if (alive) timer?.ref();
  else timer?.unref();
}
