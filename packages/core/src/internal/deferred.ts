/** A promise with what settles it. */
export class Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;

  constructor() {
    this.promise = new Promise<T>(capture);
    this.resolve = captured.resolve;
    this.reject = captured.reject;
  }
}

// One executor for all: a closure for each would be a good part of the price of a wait.
export const captured = {} as { resolve: (value: unknown) => void; reject: (error: unknown) => void };

export function capture(resolve: (value: never) => void, reject: (error: unknown) => void): void {
  captured.resolve = resolve as typeof captured.resolve;
  captured.reject = reject;
}

/** Something that is over already: what a callback hangs on to come in a microtask of its own. */
export const DONE: Promise<void> = Promise.resolve();
