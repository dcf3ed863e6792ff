import type { ByteQueue } from "./byte-queue.js";
import { checkBytes } from "./checks.js";

/**
 * Looks for one delimiter in a queue (Knuth, Morris and Pratt: each byte is looked at once, whatever the delimiter), and goes on where it has stopped.
 */
export class DelimiterSearch {
  readonly #given: string | undefined;
  readonly delimiter: Uint8Array;
  /** For each beginning of the delimiter, how long its longest end is that is a beginning too. */
  readonly #borders: Uint32Array;
  /** Bytes looked at, from the queue's first. */
  #seen = 0;
  /** How many of the last of them are a beginning of the delimiter. */
  #matched = 0;

  /** @throws {TypeError|RangeError} when the delimiter is no delimiter */
  constructor(delimiter: Uint8Array | string) {
    this.#given = typeof delimiter === "string" ? delimiter : undefined;
    if (typeof delimiter !== "string") checkBytes(delimiter, "delimiter");
    if (delimiter.length === 0) throw new RangeError("delimiter must not be empty");
    this.delimiter = typeof delimiter === "string" ? new TextEncoder().encode(delimiter) : new Uint8Array(delimiter);
    this.#borders = bordersOf(this.delimiter);
  }

  /**
   * Whether this is the search for a delimiter.
   *
   * @throws {TypeError} when it is none
   */
  isFor(delimiter: Uint8Array | string): boolean {
    if (typeof delimiter === "string") return delimiter === this.#given;
    checkBytes(delimiter, "delimiter");
    const own = this.delimiter;
    if (delimiter.length !== own.length) return false;
    for (let i = 0; i < own.length; i++) if (delimiter[i] !== own[i]) return false;
    return true;
  }

  /** The least number of bytes that precede the delimiter, as far as the search has come. */
  get least(): number {
    return this.#seen - this.#matched;
  }

  /** Looks at the bytes that have come since; true when the delimiter was found, `least` bytes from the first. */
  find(queue: ByteQueue): boolean {
    const { delimiter } = this;
    if (this.#matched === delimiter.length) return true;
    if (delimiter.length > 1) return this.#findLong(queue);
    const { block, start } = queue;
    const at = block.indexOf(delimiter[0] as number, start + this.#seen);
    this.#seen = (at < 0 ? block.length : at + 1) - start;
    this.#matched = at < 0 ? 0 : 1;
    return at >= 0;
  }

  /** The queue has lost its first `count` bytes. */
  skip(count: number): void {
    this.#seen = Math.max(this.least - count, 0);
    this.#matched = 0;
  }

  #findLong({ block, start }: ByteQueue): boolean {
    const { delimiter } = this;
    const [first] = delimiter;
    let at = start + this.#seen;
    let matched = this.#matched;
    while (at < block.length && matched < delimiter.length) {
      if (block[at] === delimiter[matched]) {
        at++;
        matched++;
      } else if (matched > 0) {
        matched = this.#borders[matched - 1] as number;
      } else {
        at = block.indexOf(first as number, at);
        if (at < 0) at = block.length;
      }
    }
    this.#seen = at - start;
    this.#matched = matched;
    return matched === delimiter.length;
  }
}

function bordersOf(delimiter: Uint8Array): Uint32Array {
  const borders = new Uint32Array(delimiter.length);
  for (let at = 1, matched = 0; at < delimiter.length; at++) {
    while (matched > 0 && delimiter[at] !== delimiter[matched]) matched = borders[matched - 1] as number;
    if (delimiter[at] === delimiter[matched]) matched++;
    borders[at] = matched;
  }
  return borders;
}
