import type { Medium } from "./medium.js";
import { MemoryMedium } from "./memory-medium.js";

/** A file that is in memory until it would have more than so many bytes, and then on disk. */
export class SpoolMedium implements Medium {
  readonly isSeekable = true;
  readonly #maxSize: number;
  readonly #makeFile: () => Promise<Medium>;
  #medium: Medium = new MemoryMedium();

  /** @param maxSize Infinity for memory alone */
  constructor(maxSize: number, makeFile: () => Promise<Medium>) {
    this.#maxSize = maxSize;
    this.#makeFile = makeFile;
  }

  get isInMemory(): boolean {
    return this.#medium instanceof MemoryMedium;
  }

  get fileno(): number | undefined {
    return this.#medium.fileno;
  }

  get sizeHint(): number {
    return this.#medium.sizeHint;
  }

  read(bytes: Uint8Array, position: number): Promise<number> {
    return this.#medium.read(bytes, position);
  }

  async write(bytes: Uint8Array, position: number): Promise<void> {
    if (bytes.length > 0 && position + bytes.length > this.#maxSize) await this.rollOver();
    await this.#medium.write(bytes, position);
  }

  size(): Promise<number> {
    return this.#medium.size();
  }

  async truncate(size: number): Promise<void> {
    if (size > this.#maxSize) await this.rollOver();
    await this.#medium.truncate(size);
  }

  close(): Promise<void> {
    return this.#medium.close();
  }

  /** Moves what is in memory to disk. Where that fails it stays in memory. */
  async rollOver(): Promise<void> {
    const memory = this.#medium;
    if (!(memory instanceof MemoryMedium)) return;
    const file = await this.#makeFile();
    try {
      await file.write(memory.content, 0);
    } catch (error) {
      await file.close();
      throw error;
    }
    this.#medium = file;
    await memory.close();
  }
}
