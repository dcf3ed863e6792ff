/** Bytes in the pieces in which they came. */
export class Pieces {
  #pieces: Uint8Array[] = [];
  #size = 0;

  get isEmpty(): boolean {
    return this.#size === 0;
  }

  append(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#pieces.push(bytes);
    this.#size += bytes.length;
  }

  /** Takes what fits into `maxBytes`: small pieces together; a large one by itself, so that it is not copied, or the beginning of it. */
  take(maxBytes: number): Uint8Array {
    const [first = EMPTY] = this.#pieces;
    if (first.length > maxBytes) {
      this.#pieces[0] = first.subarray(maxBytes);
      this.#size -= maxBytes;
      return first.subarray(0, maxBytes);
    }
    const most = Math.min(maxBytes, LARGE);
    let size = first.length;
    let count = 1;
    for (; count < this.#pieces.length; count++) {
      size += this.#pieces[count]?.length ?? 0;
      if (size > most) break;
    }
    const bytes = count === 1 ? first : concat(this.#pieces.slice(0, count));
    this.#pieces.splice(0, count);
    this.#size -= bytes.length;
    return bytes;
  }

  clear(): void {
    this.#pieces = [];
    this.#size = 0;
  }
}

/** From this size on, in bytes, copying costs more than another call: what a record of TLS holds at most. */
const LARGE = 16 * 1024;
const EMPTY = new Uint8Array(0);

function concat(pieces: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(pieces.reduce((size, piece) => size + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
