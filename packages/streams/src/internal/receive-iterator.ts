import { CancelScope, EndOfStreamError } from "@anyio/core";
import { immediate, quietly } from "@anyio/core/lowlevel";

/** What a stream has that can be received without waiting, for a step that needs no scope of its own. */
export interface Ready<T> {
  readonly isReady: () => boolean;
  readonly take: () => T;
}

/**
 * Iterates over whatever can be received. Written by hand: a generator would keep `return()` waiting for a pending `next()`.
 *
 * 1. Each `next()` that has to wait receives in a scope of its own, which `return()` and `throw()` cancel: that loses nothing.
 * 2. Leaving the loop leaves the stream open.
 * 3. Only the end, `return()` and `throw()` end the iteration. After an error, a cancellation say, the next `next()` receives again: to
 *    say that the stream has ended would be wrong, and would hide that there is more.
 */
export class ReceiveIterator<T> implements AsyncIterableIterator<T, undefined> {
  readonly #source: { receive(): Promise<T> };
  readonly #ready: Ready<T> | undefined;
  readonly #pending = new Set<CancelScope>();
  #isDone = false;

  constructor(source: { receive(): Promise<T> }, ready?: Ready<T>) {
    this.#source = source;
    this.#ready = ready;
  }

  next(): Promise<IteratorResult<T, undefined>> {
    return this.#isDone || this.#ready?.isReady() ? immediate(this.#step) : quietly(this.#receive());
  }

  return(): Promise<IteratorReturnResult<undefined>> {
    this.#finish();
    return Promise.resolve(END);
  }

  throw(error?: unknown): Promise<never> {
    this.#finish();
    return Promise.reject(error);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  readonly #step = (): IteratorResult<T, undefined> =>
    this.#isDone || this.#ready === undefined ? END : { value: this.#ready.take(), done: false };

  async #receive(): Promise<IteratorResult<T, undefined>> {
    const scope = new CancelScope({ name: "next()" });
    this.#pending.add(scope);
    try {
      const value = (await scope.run(() => this.#source.receive())) as T;
      return scope.cancelledCaught ? END : { value, done: false };
    } catch (error) {
      if (!(error instanceof EndOfStreamError)) throw error;
      this.#isDone = true;
      return END;
    } finally {
      this.#pending.delete(scope);
    }
  }

  #finish(): void {
    this.#isDone = true;
    for (const scope of this.#pending) scope.cancel("the iteration has ended");
  }
}

/** The result of each step after the last. */
export const END: IteratorReturnResult<undefined> = Object.freeze({ value: undefined, done: true });
