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

  /** Takes whole pieces as far as they fit into `maxBytes`, so that a large one is not copied; one that does not fit is cut. */
  take(maxBytes: number): Uint8Array {
    const [first = EMPTY] = this.#pieces;
    if (first.length > maxBytes) {
      this.#pieces[0] = first.subarray(maxBytes);
      this.#size -= maxBytes;
      return first.subarray(0, maxBytes);
    }
    let size = 0;
    const over = this.#pieces.findIndex((piece) => (size += piece.length) > maxBytes);
    const pieces = this.#pieces.splice(0, over === -1 ? this.#pieces.length : over);
    const bytes = pieces.length === 1 ? first : concat(pieces);
    this.#size -= bytes.length;
    return bytes;
  }

  clear(): void {
    this.#pieces = [];
    this.#size = 0;
  }
}

const EMPTY = new Uint8Array(0);

/** All of `pieces` as one. */
export function concat(pieces: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(pieces.reduce((size, piece) => size + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
