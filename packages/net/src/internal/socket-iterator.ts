import { immediate } from "@anyio/core/lowlevel";
import { END, type Loop, type SocketReader } from "./socket-reader.js";

/** A loop over what a socket receives. A step that waits is known to the reader by its loop, so that leaving it ends the wait. */
export class SocketIterator implements AsyncIterableIterator<Uint8Array, undefined>, Loop {
  isDone = false;
  readonly #reader: SocketReader;
  readonly #maxBytes: number;

  constructor(reader: SocketReader, maxBytes: number) {
    this.#reader = reader;
    this.#maxBytes = maxBytes;
  }

  next(): Promise<IteratorResult<Uint8Array, undefined>> {
    return this.isDone ? immediate(() => END) : this.#reader.next(this, this.#maxBytes);
  }

  return(): Promise<IteratorReturnResult<undefined>> {
    this.#leave();
    return Promise.resolve(END);
  }

  throw(error?: unknown): Promise<never> {
    this.#leave();
    return Promise.reject(error);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #leave(): void {
    this.isDone = true;
    this.#reader.leave(this);
  }
}
