import { EndOfStreamError } from "@anyio/core";
import { immediate } from "@anyio/core/lowlevel";
import type { Channel, End, Receiver } from "./channel.js";

/**
 * Does what a `ReceiveIterator` does without a scope for each step: a step that waits is in the channel's queue under
 * the iterator's own name, where `return()` finds it.
 */
export class MemoryIterator<T> implements AsyncIterableIterator<T, undefined>, Receiver<T> {
  readonly atEnd = END;
  readonly #channel: Channel<T>;
  #isDone = false;

  constructor(
    channel: Channel<T>,
    readonly end: End,
  ) {
    this.#channel = channel;
  }

  next(): Promise<IteratorResult<T, undefined>> {
    if (this.#isDone || this.#channel.isReadyToReceive(this.end)) return immediate(this.#step);
    return this.#channel.receivers.wait(this.#channel.item, this) as Promise<IteratorResult<T, undefined>>;
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
    return { value, done: false };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  readonly #step = (): IteratorResult<T, undefined> => {
    if (this.#isDone) return END;
    try {
      return this.accept(this.#channel.receive(this.end));
    } catch (error) {
      if (!(error instanceof EndOfStreamError)) throw error;
      this.#isDone = true;
      return END;
    }
  };

  #finish(): void {
    this.#isDone = true;
    this.#channel.receivers.wakeWhere((receiver) => receiver === this, END);
  }
}

const END: IteratorReturnResult<undefined> = { value: undefined, done: true };
