import type { Readable } from "node:stream";

/** Collects all that comes out of a pipe. */
export class Output {
  readonly #readable: Readable;
  /** Null where what comes is not wanted any more. */
  #chunks: Uint8Array[] | null = [];
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
      this.#chunks?.push(chunk);
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

  /** Hands over what has come. What comes from now on is dropped. */
  take(): Uint8Array {
    const bytes = new Uint8Array(this.#length);
    let at = 0;
    for (const chunk of this.#chunks ?? []) {
      bytes.set(chunk, at);
      at += chunk.length;
    }
    this.#chunks = null;
    return bytes;
  }

  /** Goes on to read, and drops what comes: a process that is to end may want to say so, and must not wait for a reader. */
  drop(): void {
    this.#chunks = null;
  }

  close(): void {
    this.hasEnded = true;
    this.#readable.destroy();
  }
}
