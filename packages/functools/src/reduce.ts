import { checkpoint, quietly } from "@anyio/core/lowlevel";

/**
 * Combines the items of an iterable into one value, from the first on, with a function that may wait.
 *
 * **Cancellation:** strikes before the first call, between two, and where `fn` waits; the iterator is closed.
 *
 * @param fn is given the value so far and the next item
 * @param iterable sync or async; an item that is a promise is awaited
 * @throws {TypeError} when there is no item, `fn` is no function, or `iterable` is none
 * @example
 * await reduce(async (sum, n) => sum + n, [1, 2, 3]); // => 6
 * @see anyio.functools.reduce
 */
export function reduce<T>(
  fn: (value: T, item: T) => T | PromiseLike<T>,
  iterable: Iterable<T | PromiseLike<T>> | AsyncIterable<T>,
): Promise<T>;
/**
 * Combines the items of an iterable with an initial value, which is the result where there is no item.
 *
 * **Cancellation:** strikes before the first call, between two, and where `fn` waits; the iterator is closed.
 *
 * @param fn is given the value so far and the next item
 * @param iterable sync or async; an item that is a promise is awaited
 * @throws {TypeError} when `fn` is no function, or `iterable` is none
 * @example
 * await reduce((words: string, n: number) => `${words} ${n}`, [1, 2], "numbers"); // => "numbers 1 2"
 * @see anyio.functools.reduce
 */
export function reduce<T, V>(
  fn: (value: V, item: T) => V | PromiseLike<V>,
  iterable: Iterable<T | PromiseLike<T>> | AsyncIterable<T>,
  initial: V,
): Promise<V>;
export function reduce(
  fn: (value: unknown, item: unknown) => unknown,
  iterable: Iterable<unknown> | AsyncIterable<unknown>,
  ...initial: [] | [unknown]
): Promise<unknown> {
  return quietly(fold(fn, iterable, initial));
}

async function fold(
  fn: (value: unknown, item: unknown) => unknown,
  iterable: Iterable<unknown> | AsyncIterable<unknown>,
  initial: [] | [unknown],
): Promise<unknown> {
  if (typeof fn !== "function") throw new TypeError(`fn must be a function, not ${String(fn)}`);
  await checkpoint();
  let [value] = initial;
  let hasValue = initial.length > 0;
  for await (const item of iterable) {
    await checkpoint();
    value = hasValue ? await fn(value, item) : item;
    hasValue = true;
  }
  if (!hasValue) throw new TypeError("reduce() of no items needs an initial value; pass one as the third argument");
  return value;
}
