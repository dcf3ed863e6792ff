/** A queue of at most `capacity` items that moves none of them. */
export class Ring<T> {
  readonly #items: (T | undefined)[];
  #first = 0;
  #size = 0;

  constructor(capacity: number) {
    this.#items = Array.from({ length: capacity });
  }

  get isEmpty(): boolean {
    return this.#size === 0;
  }

  get isFull(): boolean {
    return this.#size === this.#items.length;
  }

  push(item: T): void {
    this.#items[(this.#first + this.#size) % this.#items.length] = item;
    this.#size += 1;
  }

  shift(): T | undefined {
    const item = this.#items[this.#first];
    this.#items[this.#first] = undefined;
    this.#first = (this.#first + 1) % this.#items.length;
    this.#size -= 1;
    return item;
  }
}
