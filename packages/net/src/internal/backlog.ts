/** What was not taken yet, of which a number at most is kept: then the oldest is dropped. */
export class Backlog<T> {
  #ring: (T | undefined)[] = [];
  #first = 0;
  #length = 0;
  #dropped = 0;

  /** @param max how many are kept */
  constructor(readonly max: number) {}

  get length(): number {
    return this.#length;
  }

  /** How many were dropped so far. */
  get dropped(): number {
    return this.#dropped;
  }

  push(item: T): void {
    if (this.#length === this.max) {
      this.shift();
      this.#dropped++;
    } else if (this.#length === this.#ring.length) this.#grow();
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
    this.#first = 0;
    this.#length = 0;
  }

  #grow(): void {
    const { length } = this.#ring;
    const old = this.#ring;
    this.#ring = Array.from<undefined>({ length: Math.max(length * 2, SMALLEST) });
    for (let i = 0; i < length; i++) this.#ring[i] = old[(this.#first + i) & (length - 1)];
    this.#first = 0;
  }
}

// Lengths are powers of two, so that a mask wraps them.
const SMALLEST = 16;
