import type { Medium } from "./medium.js";

/**
 * What is read ahead of a file, and where its user stands.
 *
 * 1. `position` is where the next byte that is handed out comes from, or the next one written goes; what is read ahead begins there.
 * 2. What was handed out does not change: bytes are only ever read behind it, or into new memory.
 * 3. What a read has brought is kept, whether or not anybody still waits for it.
 */
export class ByteWindow {
  readonly medium: Medium;
  #bytes: Uint8Array = NOTHING;
  #begin = 0;
  #end = 0;
  #position = 0;
  /** How much is read at once: of a small file little, and more as it turns out to be larger. */
  #stride: number;

  constructor(medium: Medium) {
    this.medium = medium;
    this.#stride = medium.isSeekable ? Math.min(Math.max(medium.sizeHint + 1, LEAST), CHUNK) : CHUNK;
  }

  get position(): number {
    return this.#position;
  }

  /** How many bytes are there. */
  get length(): number {
    return this.#end - this.#begin;
  }

  /** What is there; it stays. */
  peek(): Uint8Array {
    return this.#bytes.subarray(this.#begin, this.#end);
  }

  /** Takes what is there, `count` bytes at most. */
  take(count: number): Uint8Array {
    const taken = this.peek().subarray(0, count);
    // A small piece must not keep all of what was read in memory.
    const isSmall = taken.length * 2 < this.#bytes.length;
    this.skip(taken.length);
    return isSmall ? taken.slice() : taken;
  }

  skip(count: number): void {
    this.#begin += count;
    this.#position += count;
    if (this.#begin < this.#end) return;
    this.#begin = this.#end = 0;
    this.#bytes = NOTHING;
  }

  /** Goes to another position, and forgets what is read ahead. */
  moveTo(position: number): void {
    this.#begin = this.#end = 0;
    this.#bytes = NOTHING;
    this.#position = position;
  }

  /** Reads until `count` bytes are there, or the file ends. */
  async fill(count: number, isWanted: () => boolean): Promise<void> {
    const target = count > CHUNK ? Math.min(count, await this.#expect()) : count;
    while (this.length < count && isWanted() && (await this.#readMore(target)));
  }

  /** Reads once, where there is room for `count` bytes in all; false at the end. */
  async #readMore(count: number): Promise<boolean> {
    this.#makeRoom(Math.max(count, this.#stride));
    const room = this.#bytes.subarray(this.#end);
    const read = await this.medium.read(room, this.#position + this.length);
    this.#end += read;
    if (read === room.length) this.#stride = Math.min(this.#stride * 4, CHUNK);
    return read > 0;
  }

  /** How much is to come in all, and a little more, so that one read finds the end. */
  async #expect(): Promise<number> {
    return this.medium.isSeekable ? this.#rest(await this.medium.size()) : CHUNK;
  }

  #rest(size: number): number {
    return Math.max(size - this.#position, 0) + 1;
  }

  #makeRoom(capacity: number): void {
    if (this.#end < this.#bytes.length && this.#bytes.length - this.#begin >= Math.min(capacity, CHUNK)) return;
    const { length } = this;
    // It doubles, so that a long line costs linear time.
    const wanted = Math.max(capacity, length === 0 ? 1 : length * 2);
    const grown = allocate(wanted);
    grown.set(this.peek());
    this.#bytes = grown;
    this.#begin = 0;
    this.#end = length;
  }
}

// What is read at once, at most and at least.
const CHUNK = 256 * 1024;
const LEAST = 4096;

const NOTHING = new Uint8Array(0);

function allocate(size: number): Uint8Array {
  const { buffer } = Buffer.allocUnsafeSlow(size);
  return new Uint8Array(buffer, 0, size);
}
