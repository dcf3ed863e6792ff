/** What has come in and was not received yet: the pieces in which it came, bounded by whoever stops reading when it is full. */
export class Unread {
  #pieces: Uint8Array[] = NONE;
  #size = 0;

  get isEmpty(): boolean {
    return this.#pieces.length === 0;
  }

  /** Whether it is time to stop reading. A small piece is dearer than its bytes. */
  get isFull(): boolean {
    return this.#size + this.#pieces.length * PIECE >= MOST;
  }

  append(bytes: Uint8Array): void {
    if (this.#pieces === NONE) this.#pieces = [];
    this.#pieces.push(bytes);
    this.#size += bytes.length;
  }

  /** Takes `maxBytes` at most: small pieces together, as far as they fit; a large one by itself, so that it is not copied. */
  take(maxBytes: number): Uint8Array {
    const [first = EMPTY] = this.#pieces;
    const most = Math.min(maxBytes, LARGE);
    let taken = first.length;
    let count = 1;
    for (let next = this.#pieces[1]; next !== undefined && taken + next.length <= most; next = this.#pieces[count]) {
      taken += next.length;
      count++;
    }
    if (taken > maxBytes) {
      this.#pieces[0] = first.subarray(maxBytes);
      this.#size -= maxBytes;
      return first.subarray(0, maxBytes);
    }
    const pieces = this.#pieces.splice(0, count);
    this.#size -= taken;
    return count === 1 ? first : concat(pieces, taken);
  }

  clear(): void {
    this.#pieces = NONE;
    this.#size = 0;
  }
}

const EMPTY = new Uint8Array(0);
const NONE: Uint8Array[] = [];
/** From here on copying costs more than another call: what a record of TLS holds. */
const LARGE = 16 * 1024;
const MOST = 64 * 1024;
const PIECE = 256;

function concat(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const all = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
