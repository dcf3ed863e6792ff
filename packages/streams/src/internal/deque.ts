/** A queue of items in an array used as a ring: adding and taking are O(1), and it grows as it is filled. */
export class Deque<T> {
  #ring: (T | undefined)[] = [];
  #first = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(item: T): void {
    if (this.#length === this.#ring.length) this.#grow();
    this.#ring[(this.#first + this.#length) & (this.#ring.length - 1)] = item;
    this.#length++;
  }

  /** Takes the oldest; there has to be one. */
  shift(): T {
    const item = this.#ring[this.#first] as T;
    this.#ring[this.#first] = undefined;
    this.#first = (this.#first + 1) & (this.#ring.length - 1);
    this.#length--;
    return item;
  }

  clear(): void {
    this.#ring = [];
    this.#length = 0;
  }

  #grow(): void {
    const room = Array.from<undefined>({ length: Math.max(this.#ring.length, SMALLEST) });
    this.#ring = [...this.#ring.slice(this.#first), ...this.#ring.slice(0, this.#first), ...room];
    this.#first = 0;
  }
}

// Lengths are powers of two, so that a mask wraps them.
const SMALLEST = 16;
