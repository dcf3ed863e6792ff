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
 * 2. `#rest` has been searched for the end of a line, and is not again: a long line costs linear time.
 */
export class TextView implements View<string> {
  readonly #window: ByteWindow;
  readonly #encoding: Encoding;
  readonly #newline: Newline | undefined;
  /** What comes first: the beginning of a line, without its end. */
  #rest = "";
  /** What comes then, from `#at` on. */
  #text = "";
  #at = 0;
  /** Where the line in it ends that was looked for last. */
  #end = -1;

  constructor(window: ByteWindow, encoding: Encoding, newline: Newline | undefined) {
    this.#window = window;
    this.#encoding = encoding;
    this.#newline = newline;
  }

  get position(): number {
    const { byteLength } = this.#encoding;
    return this.#window.position - byteLength(this.#rest) - byteLength(this.#text.slice(this.#at));
  }

  moveTo(position: number): void {
    this.#replace("");
    this.#window.moveTo(position);
  }

  has(count: number): boolean {
    return this.#rest.length + this.#text.length - this.#at >= count;
  }

  async fill(count: number, isWanted: () => boolean): Promise<void> {
    while (!this.has(count) && isWanted()) {
      const missing = count - (this.#rest.length + this.#text.length - this.#at);
      if (!(await this.#decodeMore(missing, isWanted))) return;
    }
  }

  take(count: number): string {
    if (this.#rest !== "") this.#replace(this.#rest + this.#text.slice(this.#at));
    const begin = this.#at;
    const end = Math.min(begin + count, this.#text.length);
    const isSplit = end > begin && isHigh(this.#text.charCodeAt(end - 1)) && end < this.#text.length;
    // Not half of a pair: none of it, or all where there would be nothing else.
    this.#at = !isSplit ? end : end - 1 > begin ? end - 1 : end + 1;
    return this.#text.slice(begin, this.#at);
  }

  hasLine(): boolean {
    this.#end = this.#findEnd();
    return this.#end >= 0;
  }

  async fillLine(isWanted: () => boolean): Promise<void> {
    while (!this.hasLine() && isWanted()) {
      if (!(await this.#decodeMore(1, isWanted))) return;
    }
  }

  takeLine(): string | null {
    if (!this.hasLine()) {
      const line = this.#rest + this.#text.slice(this.#at);
      this.#replace("");
      return line === "" ? null : line;
    }
    const end = this.#end;
    let line = this.#text.slice(this.#at, end);
    if (this.#rest !== "") {
      line = this.#rest + line;
      this.#rest = "";
    }
    this.#at = end + 1;
    return this.#newline !== "\n" && line.charCodeAt(line.length - 1) === CR ? line.slice(0, -1) : line;
  }

  encode(data: string): Uint8Array {
    if (typeof data !== "string") {
      throw new TypeError(
        `data must be a string, not ${typeof data}; open the file without an encoding to write bytes`,
      );
    }
    return encodeText(data, this.#encoding, this.#newline);
  }

  #findEnd(): number {
    for (let from = this.#at; ;) {
      const end = this.#text.indexOf("\n", from);
      if (end < 0 || this.#newline !== "\r\n") return end;
      const before = end > this.#at ? this.#text.charCodeAt(end - 1) : this.#rest.charCodeAt(this.#rest.length - 1);
      if (before === CR) return end;
      from = end + 1;
    }
  }

  /** Decodes some more text, which is put behind what there is; false at the end. */
  async #decodeMore(count: number, isWanted: () => boolean): Promise<boolean> {
    const window = this.#window;
    const { length } = window;
    await window.fill(length + count, isWanted);
    const bytes = window.peek();
    if (!isWanted()) return false;
    const isEnd = bytes.length === length;
    // At the end, the beginning of a character is no text.
    const whole = isEnd ? length : this.#encoding.wholeLength(bytes);
    let text = this.#encoding.decode(bytes.subarray(0, whole));
    if (window.position === 0 && text.startsWith(BYTE_ORDER_MARK)) text = text.slice(1);
    window.skip(whole);
    this.#rest += this.#text.slice(this.#at);
    this.#text = text;
    this.#at = 0;
    return !isEnd;
  }

  #replace(text: string): void {
    this.#rest = "";
    this.#text = text;
    this.#at = 0;
  }
}

/** What is written for a text. */
export function encodeText(text: string, encoding: Encoding, newline: Newline | undefined): Uint8Array {
  return encoding.encode(newline === "\r\n" ? text.replaceAll("\n", "\r\n") : text);
}

const CR = 13;

const BYTE_ORDER_MARK = "\uFEFF";

function isHigh(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
