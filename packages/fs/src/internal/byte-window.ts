import type { Medium } from "./medium.js";

/**
 * What is read ahead of a file, and where its user stands.
 *
 * 1. `position` is where the next byte that is handed out comes from, or the next one written goes; what is read ahead begins there.
 * 2. What was handed out does not change: bytes are only ever read behind it, or into new memory.
 * 3. What a read has brought is kept, whether or not anybody still waits for it.
 * 4. A large file that is read from one end to the other has its next piece read while its user is busy with this one.
 */
export class ByteWindow {
  readonly #medium: Medium;
  #bytes: Uint8Array = NOTHING;
  #begin = 0;
  #end = 0;
  #position = 0;
  /** How much is read at once: of a small file little, and more as it turns out to be larger. */
  #stride: number;
  /** What is being read for later, behind what there is. */
  #ahead: Ahead | null = null;
  readonly #isHandedOut: boolean;
  /** Memory to be used again. */
  #spare: Uint8Array | null = null;

  /** @param isHandedOut whether bytes are handed out as they are, so that their memory must not be used again */
  constructor(medium: Medium, isHandedOut: boolean) {
    this.#medium = medium;
    this.#isHandedOut = isHandedOut;
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
    const isSmall = taken.length * 16 < this.#bytes.length;
    this.skip(taken.length);
    return isSmall ? taken.slice() : taken;
  }

  skip(count: number): void {
    this.#begin += count;
    this.#position += count;
    if (this.#begin === this.#end) this.#adopt(NOTHING, 0, 0);
  }

  /** Goes to another position, and forgets what is read ahead. */
  moveTo(position: number): void {
    this.#adopt(NOTHING, 0, 0);
    this.#position = position;
    this.#ahead = null;
  }

  /** Reads until `count` bytes are there, or the file ends. */
  async fill(count: number, isWanted: () => boolean): Promise<void> {
    const target = count > CHUNK ? Math.min(count, await this.#expect()) : count;
    while (this.length < count && isWanted() && (await this.#readMore(target)));
    if (this.#stride === CHUNK && this.#medium.isSeekable && this.#ahead === null && count <= CHUNK) this.#readAhead();
  }

  /** Reads once, where there is room for `count` bytes in all; false at the end. */
  async #readMore(count: number): Promise<boolean> {
    if (this.#ahead !== null) return this.#takeAhead(this.#ahead);
    this.#makeRoom(Math.max(count, this.#stride));
    const room = this.#bytes.subarray(this.#end);
    const read = await this.#medium.read(room, this.#position + this.length);
    this.#end += read;
    if (read === room.length) this.#stride = Math.min(this.#stride * 4, CHUNK);
    return read > 0;
  }

  #readAhead(): void {
    const bytes = this.#spare ?? allocate(HEAD + CHUNK);
    this.#spare = null;
    const reading = this.#medium.read(bytes.subarray(HEAD), this.#position + this.length);
    // Whoever comes for it is told.
    reading.catch(ignore);
    this.#ahead = { bytes, reading };
  }

  async #takeAhead({ bytes, reading }: Ahead): Promise<boolean> {
    const read = await reading.finally(() => (this.#ahead = null));
    // A small piece of an older kind would cost more than it brings, and at the end there is nothing more to read ahead.
    if (read < CHUNK) this.#stride = LEAST;
    if (read === 0) return false;
    const { length } = this;
    if (length <= HEAD) {
      bytes.set(this.peek(), HEAD - length);
      this.#adopt(bytes, HEAD - length, HEAD + read);
    } else {
      this.#makeRoom(length + read);
      this.#bytes.set(bytes.subarray(HEAD, HEAD + read), this.#end);
      this.#end += read;
    }
    return true;
  }

  /** How much is to come in all, and a little more, so that one read finds the end. */
  async #expect(): Promise<number> {
    if (!this.#medium.isSeekable) return CHUNK;
    return Math.max((await this.#medium.size()) - this.#position, 0) + 1;
  }

  #makeRoom(capacity: number): void {
    if (this.#end < this.#bytes.length && this.#bytes.length - this.#begin >= Math.min(capacity, CHUNK)) return;
    const { length } = this;
    // It doubles, so that a long line costs linear time.
    const grown = allocate(Math.max(capacity, length * 2));
    grown.set(this.peek());
    this.#adopt(grown, 0, length);
  }

  #adopt(bytes: Uint8Array, begin: number, end: number): void {
    if (!this.#isHandedOut && this.#bytes.length === HEAD + CHUNK) this.#spare = this.#bytes;
    this.#bytes = bytes;
    this.#begin = begin;
    this.#end = end;
  }
}

interface Ahead {
  readonly bytes: Uint8Array;
  readonly reading: Promise<number>;
}

// What is read at once, at most and at least.
const CHUNK = 256 * 1024;
const LEAST = 4096;

// Room for the rest of the piece before, so that it is put in front without moving all.
const HEAD = 64;

const NOTHING = new Uint8Array(0);

function allocate(size: number): Uint8Array {
  const { buffer } = Buffer.allocUnsafeSlow(size);
  return new Uint8Array(buffer, 0, size);
}

function ignore(): void {}
