import type { Medium } from "./medium.js";

/** A file in memory. */
export class MemoryMedium implements Medium {
  readonly isSeekable = true;
  readonly fileno = undefined;
  #bytes: Uint8Array = new Uint8Array(0);
  #size = 0;

  get sizeHint(): number {
    return this.#size;
  }

  /** All there is. */
  get content(): Uint8Array {
    return this.#bytes.subarray(0, this.#size);
  }

  read(bytes: Uint8Array, position: number): Promise<number> {
    const found = this.content.subarray(position, position + bytes.length);
    bytes.set(found);
    return Promise.resolve(found.length);
  }

  write(bytes: Uint8Array, position: number): Promise<void> {
    if (bytes.length > 0) {
      this.#resize(Math.max(this.#size, position + bytes.length));
      this.#bytes.set(bytes, position);
    }
    return Promise.resolve();
  }

  size(): Promise<number> {
    return Promise.resolve(this.#size);
  }

  truncate(size: number): Promise<void> {
    // What is cut off must be zeros when the file grows again.
    this.#bytes.fill(0, Math.min(size, this.#size), this.#size);
    this.#resize(size);
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.#bytes = new Uint8Array(0);
    this.#size = 0;
    return Promise.resolve();
  }

  #resize(size: number): void {
    if (size > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(size, 2 * this.#bytes.length));
      grown.set(this.content);
      this.#bytes = grown;
    }
    this.#size = size;
  }
}
