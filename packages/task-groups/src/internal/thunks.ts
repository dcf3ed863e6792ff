/** What combinators take: functions that have not started. */
export type Thunks<T = unknown> = readonly (() => T | PromiseLike<T>)[];

/** The results of thunks, each in its place. */
export type Results<T extends Thunks> = { -readonly [K in keyof T]: Awaited<ReturnType<T[K]>> };

/** @throws {TypeError} naming the first that is no function */
export function checkThunks(thunks: readonly unknown[]): void {
  if (!Array.isArray(thunks)) throw new TypeError(`thunks must be an array of functions, not ${String(thunks)}`);
  thunks.forEach((thunk, i) => checkCallable(`thunks[${i}]`, thunk));
}

/** @throws {TypeError} when what was given for `parameter` is no function */
export function checkCallable(parameter: string, given: unknown): void {
  if (typeof given === "function") return;
  const text = given instanceof Promise ? "a promise, which has started already" : String(given);
  throw new TypeError(`${parameter} must be a function such as () => work(), not ${text}`);
}
