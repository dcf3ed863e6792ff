import { expectEqual } from "../measure/expect-equal.js";

const CHUNK = 65_536;

/** Lines of 20 to 99 bytes, in chunks that end anywhere, and what has to be found in them. */
export class Text {
  readonly chunks: readonly Uint8Array[];
  readonly #written = new Tally();

  constructor(count: number) {
    const bytes = new TextEncoder().encode(Array.from({ length: count }, (_, index) => this.#write(index)).join(""));
    const chunks = Array.from({ length: Math.ceil(bytes.length / CHUNK) }, (_, index) =>
      // Copies: each chunk as large as the memory that it is in, as they come from a socket or a file.
      bytes.slice(index * CHUNK, (index + 1) * CHUNK),
    );
    this.chunks = chunks;
  }

  /** Returns how many lines there were, of a text that came so many times. */
  expect(found: Tally, times = 1): number {
    expectEqual("characters", found.length, this.#written.length * times);
    expectEqual("sum of the first characters", found.first, this.#written.first * times);
    return found.lines;
  }

  #write(index: number): string {
    const line = `${index} `.padEnd(20 + ((index * 37) % 80), "abcdefghijklmnopqrstuvwxyz");
    this.#written.add(line.length, line.charCodeAt(0));
    return `${line}\n`;
  }
}

export class Tally {
  lines = 0;
  length = 0;
  first = 0;

  add(length: number, first: number | undefined): void {
    this.lines += 1;
    this.length += length;
    this.first += first ?? Number.NaN;
  }
}
