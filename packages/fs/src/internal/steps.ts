import { CancelScope } from "@anyio/core";
import { immediate, quietly } from "@anyio/core/lowlevel";

/** What is iterated over. */
export interface Steps<T> {
  /** Whether an item is there without waiting. */
  isReady(): boolean;
  /** Takes it. */
  take(): T;
  /** Waits for an item, and takes it; null at the end. */
  wait(): Promise<T | null>;
}

/**
 * Iterates in steps. Written by hand: a generator would keep `return()` waiting for a pending `next()`, and would say that all is over
 * after a `next()` that was cancelled.
 *
 * 1. Each `next()` that has to wait does so in a scope of its own, which `return()` and `throw()` cancel.
 * 2. Only the end, `return()` and `throw()` end the iteration. After an error the next `next()` tries again.
 */
export class StepIterator<T> implements AsyncIterableIterator<T, undefined> {
  readonly #steps: Steps<T>;
  readonly #pending = new Set<CancelScope>();
  #isDone = false;

  constructor(steps: Steps<T>) {
    this.#steps = steps;
  }

  next(): Promise<IteratorResult<T, undefined>> {
    if (this.#isDone || (this.#pending.size === 0 && this.#steps.isReady())) return immediate(this.#step);
    return quietly(this.#wait());
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
    this.#isDone ? END : { value: this.#steps.take(), done: false };

  async #wait(): Promise<IteratorResult<T, undefined>> {
    const scope = new CancelScope({ name: "next()" });
    this.#pending.add(scope);
    try {
      const value = (await scope.run(() => this.#steps.wait())) as T | null;
      if (scope.cancelledCaught) return END;
      if (value === null) {
        this.#isDone = true;
        return END;
      }
      return { value, done: false };
    } finally {
      this.#pending.delete(scope);
    }
  }

  #finish(): void {
    this.#isDone = true;
    for (const scope of this.#pending) scope.cancel("the iteration has ended");
  }
}

const END: IteratorReturnResult<undefined> = Object.freeze({ value: undefined, done: true });
