/** What has come and nobody has taken: first in, first out, each step O(1). */
export class Backlog<T> {
  #first: Entry<T> | null = null;
  #last: Entry<T> | null = null;

  get isEmpty(): boolean {
    return this.#first === null;
  }

  push(item: T): void {
    const entry: Entry<T> = { item, next: null };
    if (this.#last === null) this.#first = entry;
    else this.#last.next = entry;
    this.#last = entry;
  }

  /** Takes the oldest; there has to be one. */
  shift(): T {
    const { item, next } = this.#first as Entry<T>;
    this.#first = next;
    if (next === null) this.#last = null;
    return item;
  }

  clear(): void {
    this.#first = this.#last = null;
  }
}

interface Entry<T> {
  readonly item: T;
  next: Entry<T> | null;
}
