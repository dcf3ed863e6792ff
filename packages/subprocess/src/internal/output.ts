import type { Readable } from "node:stream";

/** Collects all that comes out of a pipe. */
export class Output {
  readonly #readable: Readable;
  readonly #chunks: Uint8Array[] = [];
  #length = 0;
  hasEnded = false;

  /** @param onEnd told once, at the pipe's end */
  constructor(readable: Readable, onEnd: () => void) {
    this.#readable = readable;
    const end = (): void => {
      if (this.hasEnded) return;
      this.hasEnded = true;
      onEnd();
    };
    readable.on("data", (chunk: Uint8Array) => {
      this.#chunks.push(chunk);
      this.#length += chunk.length;
    });
    readable.on("end", end);
    readable.on("close", end);
    // A pipe that breaks has come to its end.
    readable.on("error", end);
  }

  /** How many bytes have come. */
  get length(): number {
    return this.#length;
  }

  /** Stops collecting, and hands over what has come. */
  take(): Uint8Array {
    this.#readable.destroy();
    const bytes = new Uint8Array(this.#length);
    let at = 0;
    for (const chunk of this.#chunks) {
      bytes.set(chunk, at);
      at += chunk.length;
    }
    return bytes;
  }

  /** Stops collecting. */
  drop(): void {
    this.hasEnded = true;
    this.#readable.destroy();
  }
}
