import type { ByteWindow } from "./byte-window.js";
import type { Encoding } from "./encodings.js";
import type { View } from "./view.js";

/** How lines end. */
export type Newline = "\n" | "\r\n";

/**
 * A file of text.
 *
 * 1. Whole pieces are decoded, cut between two characters; bytes of a character that is not there yet stay in the window. So the
 *    window stands exactly behind the text that was decoded, and the position of any of it follows from its length in bytes.
 * 2. Text is divided into lines piece by piece, at once: that is twice as fast as to look for the end of each. No text is searched
 *    twice, so a long line costs linear time.
 */
export class TextView implements View<string> {
  readonly #window: ByteWindow;
  readonly #encoding: Encoding;
  readonly #separator: string;
  /** Whether a CR before the separator belongs to it. */
  readonly #dropsReturns: boolean;
  /** Lines that were divided off, and which is next. */
  #lines: string[] = [];
  #next = 0;
  /** What comes after them. */
  #rest = "";
  /** Whether that is known to have no whole line in it. */
  #isDivided = true;

  constructor(window: ByteWindow, encoding: Encoding, newline: Newline | undefined) {
    this.#window = window;
    this.#encoding = encoding;
    this.#separator = newline ?? "\n";
    this.#dropsReturns = newline === undefined;
  }

  get position(): number {
    return this.#window.position - this.#encoding.byteLength(this.#whole);
  }

  moveTo(position: number): void {
    this.#replace("");
    this.#window.moveTo(position);
  }

  has(count: number): boolean {
    this.#replace(this.#whole);
    return this.#rest.length >= count;
  }

  async fill(count: number, isWanted: () => boolean): Promise<void> {
    while (!this.has(count) && isWanted()) {
      const text = await this.#decodeMore(count - this.#rest.length, isWanted);
      if (text === null) return;
      this.#replace(this.#rest + text);
    }
  }

  take(count: number): string {
    const text = this.#whole;
    let end = Math.min(count, text.length);
    // Not half of a pair: none of it, or all where there would be nothing else.
    if (end > 0 && end < text.length && isHigh(text.charCodeAt(end - 1))) end += end > 1 ? -1 : 1;
    this.#replace(text.slice(end));
    return text.slice(0, end);
  }

  hasLine(): boolean {
    if (this.#next < this.#lines.length) return true;
    if (this.#isDivided) return false;
    const text = this.#rest;
    this.#replace("");
    this.#append(text);
    return this.#lines.length > 0;
  }

  async fillLine(isWanted: () => boolean): Promise<void> {
    while (!this.hasLine() && isWanted()) {
      const text = await this.#decodeMore(1, isWanted);
      if (text === null) return;
      this.#append(text);
    }
  }

  takeLine(): string | null {
    if (!this.hasLine()) {
      const line = this.#rest;
      this.#replace("");
      return line === "" ? null : line;
    }
    const line = this.#lines[this.#next++] as string;
    return this.#dropsReturns && line.charCodeAt(line.length - 1) === CR ? line.slice(0, -1) : line;
  }

  encode(data: string): Uint8Array {
    if (typeof data !== "string") {
      throw new TypeError(
        `data must be a string, not ${typeof data}; open the file without an encoding to write bytes`,
      );
    }
    return encodeText(data, this.#encoding, this.#separator === "\r\n" ? "\r\n" : undefined);
  }

  /** All there is. */
  get #whole(): string {
    if (this.#next === this.#lines.length) return this.#rest;
    return [...this.#lines.slice(this.#next), this.#rest].join(this.#separator);
  }

  #replace(text: string): void {
    this.#lines = [];
    this.#next = 0;
    this.#rest = text;
    this.#isDivided = text === "";
  }

  /** Puts text behind what has no whole line in it, and divides it. */
  #append(text: string): void {
    // A separator may be cut in two.
    const cut = this.#separator.length > 1 && this.#rest.endsWith("\r") ? 1 : 0;
    const lines = ("\r".repeat(cut) + text).split(this.#separator);
    lines[0] = this.#rest.slice(0, this.#rest.length - cut) + (lines[0] as string);
    this.#rest = lines.pop() as string;
    this.#lines = lines;
    this.#next = 0;
  }

  /** Decodes some more text; null at the end. */
  async #decodeMore(count: number, isWanted: () => boolean): Promise<string | null> {
    const window = this.#window;
    // An abandoned read may have brought some already.
    let whole = this.#encoding.wholeLength(window.peek().subarray(0, PIECE));
    if (whole === 0) {
      const { length } = window;
      await window.fill(length + count, isWanted);
      const isEnd = window.length === length;
      if (isEnd && (length === 0 || !isWanted())) return null;
      // At the end, the beginning of a character is no text.
      whole = isEnd ? length : this.#encoding.wholeLength(window.peek().subarray(0, PIECE));
    }
    const bytes = window.peek();
    const text = this.#encoding.decode(bytes.subarray(0, whole));
    const isMarked = window.position === 0 && text.startsWith(BYTE_ORDER_MARK);
    window.skip(whole);
    return isMarked ? text.slice(1) : text;
  }
}

/** What is written for a text. */
export function encodeText(text: string, encoding: Encoding, newline: Newline | undefined): Uint8Array {
  return encoding.encode(newline === "\r\n" ? text.replaceAll("\n", "\r\n") : text);
}

const CR = 13;

// How many bytes are decoded at once. A text of more is dear to make: it is no ordinary object of V8's any more.
const PIECE = 96 * 1024;

const BYTE_ORDER_MARK = "\uFEFF";

function isHigh(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
