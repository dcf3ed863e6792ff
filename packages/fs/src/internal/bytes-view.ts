import type { ByteWindow } from "./byte-window.js";
import type { View } from "./view.js";

/** A file of bytes. A line ends with LF. */
export class BytesView implements View<Uint8Array> {
  readonly #window: ByteWindow;
  /** How many bytes have been looked at, none of which is an LF. */
  #searched = 0;

  constructor(window: ByteWindow) {
    this.#window = window;
  }

  get position(): number {
    return this.#window.position;
  }

  moveTo(position: number): void {
    this.#searched = 0;
    this.#window.moveTo(position);
  }

  has(count: number): boolean {
    return this.#window.length >= count;
  }

  fill(count: number, isWanted: () => boolean): Promise<void> {
    return this.#window.fill(count, isWanted);
  }

  take(count: number): Uint8Array {
    this.#searched = 0;
    return this.#window.take(count);
  }

  hasLine(): boolean {
    return this.#findEnd() >= 0;
  }

  async fillLine(isWanted: () => boolean): Promise<void> {
    for (;;) {
      const { length } = this.#window;
      if (!isWanted() || this.#findEnd() >= 0) return;
      await this.#window.fill(length + 1, isWanted);
      if (this.#window.length === length) return;
    }
  }

  takeLine(): Uint8Array | null {
    const end = this.#findEnd();
    if (end < 0) return this.#window.length > 0 ? this.take(this.#window.length) : null;
    const line = this.take(end + 1);
    return line.subarray(0, end);
  }

  encode(data: Uint8Array): Uint8Array {
    if (data instanceof Uint8Array) return data;
    throw new TypeError(`data must be a Uint8Array, not ${typeof data}; open the file with an encoding to write text`);
  }

  #findEnd(): number {
    const bytes = this.#window.peek();
    const end = bytes.indexOf(LF, this.#searched);
    this.#searched = end < 0 ? bytes.length : end;
    return end;
  }
}

const LF = 10;
