import { EndOfStreamError } from "@anyio/core";
import { immediate } from "@anyio/core/lowlevel";
import type { Channel, End, Receiver } from "./channel.js";
import { END } from "./receive-iterator.js";

/**
 * Does what a `ReceiveIterator` does without a scope for each step: a step that waits is in the channel's queue under
 * the iterator's own name, where `return()` finds it.
 */
export class MemoryIterator<T> implements AsyncIterableIterator<T, undefined>, Receiver<T> {
  readonly atEnd = END;
  readonly #channel: Channel<T>;
  #isDone = false;
  /** How many of its steps wait, at most: one that was cancelled counts on. */
  #waiting = 0;

  constructor(
    channel: Channel<T>,
    readonly end: End,
  ) {
    this.#channel = channel;
  }

  next(): Promise<IteratorResult<T, undefined>> {
    if (this.#isDone || this.#channel.isReadyToReceive(this.end)) return immediate(this.#step);
    this.#waiting++;
    return this.#channel.waitToReceive(this) as Promise<IteratorResult<T, undefined>>;
  }

  return(): Promise<IteratorReturnResult<undefined>> {
    this.#finish();
    return Promise.resolve(END);
  }

  throw(error?: unknown): Promise<never> {
    this.#finish();
    return Promise.reject(error);
  }

  accept(value: T): IteratorYieldResult<T> {
    this.#waiting--;
    return { value, done: false };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  readonly #step = (): IteratorResult<T, undefined> => {
    if (this.#isDone) return END;
    try {
      return { value: this.#channel.receive(this.end), done: false };
    } catch (error) {
      if (!(error instanceof EndOfStreamError)) throw error;
      this.#isDone = true;
      return END;
    }
  };

  #finish(): void {
    this.#isDone = true;
    if (this.#waiting > 0) this.#channel.receivers.wakeWhere((receiver) => receiver === this, END);
  }
}
