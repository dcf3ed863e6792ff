import { Tally } from "./tally.js";

const WORD = /[\p{L}\p{N}][\p{L}\p{M}\p{N}'’]*/gu;
/** What ends in a word may go on in the next piece; beyond this length it is taken for a word as it is. */
const LONGEST_CARRY = 1_000;

/** Counts lines and words of a text that comes in pieces. */
export class TextCounter {
  readonly tally = new Tally();
  words = 0;
  #newlines = 0;
  #endsInNewline = true;
  #carry = "";
  readonly #decoder = new TextDecoder();

  /** Takes the next bytes, UTF-8; they may end within a character. */
  feed(bytes: Uint8Array): void {
    this.#take(this.#decoder.decode(bytes, { stream: true }), false);
  }

  /** There are no more bytes. */
  end(): void {
    this.#take(this.#decoder.decode(), true);
  }

  get lines(): number {
    return this.#newlines + (this.#endsInNewline ? 0 : 1);
  }

  #take(piece: string, isLast: boolean): void {
    for (let at = piece.indexOf("\n"); at >= 0; at = piece.indexOf("\n", at + 1)) this.#newlines++;
    if (piece !== "") this.#endsInNewline = piece.endsWith("\n");

    const text = this.#carry + piece;
    this.#carry = "";
    for (const { 0: word, index } of text.matchAll(WORD)) {
      const mayGoOn = index + word.length === text.length && word.length < LONGEST_CARRY;
      if (mayGoOn && !isLast) {
        this.#carry = word;
      } else {
        this.words++;
        this.tally.add(word);
      }
    }
  }
}
