import { checkFunction } from "./internal/checks.js";

/** What may be called. */
export type AnyFunction = (...args: never[]) => unknown;

/**
 * A function of the event loop's, in a thread. It runs in the scope of whoever has called the thread: when that is cancelled, so is what the
 * function waits for. Once the call has ended that it was handed to, calling it throws `RunFinishedError`.
 */
export interface RemoteFunction<F extends AnyFunction = (...args: unknown[]) => unknown> {
  /**
   * Calls the function, without blocking the thread. What it throws, this rejects with.
   *
   * Nobody has to await it: what is under way when the call ends is cancelled, silently.
   *
   * **Cancellation:** it ends with the call of the thread. It is no cancellation point of scopes that the thread has opened itself; have
   * them wait for it with `abandonOnCancel`.
   */
  call(...args: Parameters<F>): Promise<Awaited<ReturnType<F>>>;
  /** Calls the function, and blocks the thread until there is a result. What it throws, this throws. */
  callSync(...args: Parameters<F>): Awaited<ReturnType<F>>;
}

/**
 * Makes a function an argument for `toThread.run`, which arrives there as a {@link RemoteFunction}. It has to be an argument by itself, and
 * not a part of one.
 *
 * @throws {TypeError} when `fn` is no function
 * @example
 * const steps: number[] = [];
 * const count = (to: number, progress: RemoteFunction<(step: number) => void>) => {
 *   for (let step = 1; step <= to; step++) progress.callSync(step);
 * };
 * await run(() => toThread.run(count, [3, callable((step: number) => void steps.push(step))]));
 * steps; // => [1, 2, 3]
 * @see anyio.from_thread.run
 */
export function callable<F extends AnyFunction>(fn: F): RemoteFunction<F> {
  checkFunction(fn, "fn");
  return new Callable(fn);
}

/** Any function, for who calls it without knowing what it takes. */
export type AnyCallback = (...args: unknown[]) => unknown;

/** The function behind a {@link callable}; undefined for any other value. */
export function callableOf(value: unknown): AnyCallback | undefined {
  return (value as { [CALLABLE]?: AnyCallback } | null | undefined)?.[CALLABLE];
}

/** Known by it to every copy of this package. */
const CALLABLE = Symbol.for("@anyio/threads/v1/callable");

class Callable<F extends AnyFunction> implements RemoteFunction<F> {
  // Functions, for they keep it from being cloned where nobody looks for it: inside of an argument.
  readonly call = refuse;
  readonly callSync = refuse;
  readonly [CALLABLE]: F;

  constructor(fn: F) {
    this[CALLABLE] = fn;
  }
}

function refuse(): never {
  throw new TypeError("this is for a thread, where it can be called; call the function itself here");
}
