/**
 * Bytes in the order in which they came, in one block of memory.
 *
 * 1. Every byte is copied as it comes, so nobody else can change it. Blocks grow so that moving costs no more than that
 *    again, however small the pieces are.
 * 2. What lies before `start` has been handed out and is never written again: results may be views of the block. A list of
 *    the pieces themselves would save the copy, but a delimiter could then lie across them, and results would be others'.
 */
export class ByteQueue {
  /** The block, up to the last byte of the queue. */
  block: Uint8Array = EMPTY;
  /** Where in the block the queue begins. */
  start = 0;
  #room: Uint8Array = EMPTY;

  get length(): number {
    return this.block.length - this.start;
  }

  /** Appends a copy of `bytes`. */
  append(bytes: Uint8Array): void {
    const { length: end } = this.block;
    const room = this.#room.length - end >= bytes.length ? this.#room : this.#grow(bytes.length);
    const at = room === this.#room ? end : this.#moveTo(room);
    room.set(bytes, at);
    this.block = room.subarray(0, at + bytes.length);
  }

  /** Takes the first `count` bytes, and leaves out the `dropped` ones after them. */
  take(count: number, dropped = 0): Uint8Array {
    const { block, start } = this;
    this.start += count + dropped;
    const end = start + count;
    const taken = isWorthSharing(count, this.#room.length) ? block.subarray(start, end) : block.slice(start, end);
    if (this.start === block.length && this.#room.length > LARGEST_SHARED) this.clear();
    return taken;
  }

  /** A copy of all. */
  copy(): Uint8Array {
    return this.block.slice(this.start);
  }

  clear(): void {
    this.block = this.#room = EMPTY;
    this.start = 0;
  }

  #grow(needed: number): Uint8Array {
    return new Uint8Array(Math.max(this.length * 2, this.length + needed, SMALLEST_BLOCK));
  }

  #moveTo(room: Uint8Array): number {
    const { length } = this;
    room.set(this.block.subarray(this.start));
    this.#room = room;
    this.start = 0;
    return length;
  }
}

/**
 * Memory of their own is dear for all but the smallest results, so that splitting lines would take twice the time. But a
 * result must not hold on to a block that is much larger.
 */
function isWorthSharing(count: number, room: number): boolean {
  return count > SMALLEST_SHARED && (room <= LARGEST_SHARED || count * 2 >= room);
}

const EMPTY = new Uint8Array(0);
const SMALLEST_BLOCK = 8 * 1024;
// Engines keep this many bytes inside the object.
const SMALLEST_SHARED = 64;
/** The most memory that a result may share with others. */
const LARGEST_SHARED = 128 * 1024;
