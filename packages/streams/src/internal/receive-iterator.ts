import { CancelScope, EndOfStreamError } from "@anyio/core";

/**
 * Iterates over whatever can be received. Written by hand: a generator would keep `return()` waiting for a pending `next()`.
 *
 * Each `next()` receives in a scope of its own, which `return()` and `throw()` cancel: that loses nothing. Leaving the
 * loop leaves the stream open.
 */
export class ReceiveIterator<T> implements AsyncIterableIterator<T, undefined> {
  readonly #source: { receive(): Promise<T> };
  readonly #pending = new Set<CancelScope>();
  #isDone = false;

  constructor(source: { receive(): Promise<T> }) {
    this.#source = source;
  }

  async next(): Promise<IteratorResult<T, undefined>> {
    if (this.#isDone) return END;
    const scope = new CancelScope({ name: "next()" });
    this.#pending.add(scope);
    try {
      const result = await scope.run(async () => ({ value: await this.#source.receive(), done: false as const }));
      return result ?? END;
    } catch (error) {
      this.#isDone = true;
      if (error instanceof EndOfStreamError) return END;
      throw error;
    } finally {
      this.#pending.delete(scope);
    }
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

  #finish(): void {
    this.#isDone = true;
    for (const scope of this.#pending) scope.cancel("the iteration has ended");
  }
}

const END: IteratorReturnResult<undefined> = { value: undefined, done: true };
