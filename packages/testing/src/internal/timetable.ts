/** What is scheduled, by time and then by age. */
export class Timetable {
  /** What is due at each time, oldest first. */
  readonly #due = new Map<number, Set<Entry>>();
  /** A binary heap of times. One at which nothing is due any more stays until it comes to the top, or there are too many. */
  #times: number[] = [];

  /** How much is scheduled. */
  get size(): number {
    let size = 0;
    for (const entries of this.#due.values()) size += entries.size;
    return size;
  }

  add(at: number, callback: () => void): { cancel(): void } {
    let entries = this.#due.get(at);
    if (entries === undefined) {
      this.#due.set(at, (entries = new Set()));
      this.#raise(at);
    }
    const entry = { callback };
    entries.add(entry);
    return { cancel: () => this.#remove(at, entries, entry) };
  }

  /** The earliest time at which something is due; `Infinity` when nothing is scheduled. */
  get next(): number {
    let [earliest] = this.#times;
    while (earliest !== undefined && !this.#due.has(earliest)) {
      this.#dropEarliest();
      [earliest] = this.#times;
    }
    return earliest ?? Infinity;
  }

  /** Takes out and calls what is due at {@link next}, in order, but for what is cancelled meanwhile. */
  callNext(): void {
    const at = this.next;
    const entries = this.#due.get(at);
    if (entries === undefined) return;
    // What is scheduled for this very time by one of them is for the next call.
    this.#due.delete(at);
    for (const entry of entries) {
      entries.delete(entry);
      entry.callback();
    }
  }

  #remove(at: number, entries: Set<Entry>, entry: Entry): void {
    if (!entries.delete(entry) || entries.size > 0 || this.#due.get(at) !== entries) return;
    this.#due.delete(at);
    if (this.#times.length > 2 * this.#due.size + SMALL) this.#rebuild();
  }

  #rebuild(): void {
    this.#times = [...this.#due.keys()].toSorted((a, b) => a - b);
  }

  #raise(time: number): void {
    const times = this.#times;
    let at = times.length;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = times[above];
      if (parent === undefined || parent <= time) break;
      times[at] = parent;
      at = above;
    }
    times[at] = time;
  }

  #dropEarliest(): void {
    const times = this.#times;
    const last = times.pop();
    if (last === undefined || times.length === 0) return;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      const [one = Infinity, other = Infinity] = [times[left], times[left + 1]];
      const smaller = Math.min(one, other);
      if (smaller >= last) break;
      times[at] = smaller;
      at = one <= other ? left : left + 1;
    }
    times[at] = last;
  }
}

interface Entry {
  readonly callback: () => void;
}

// Below this size rebuilding costs more than it saves.
const SMALL = 64;
