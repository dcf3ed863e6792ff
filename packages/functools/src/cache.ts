import { type AsyncFunction, type Cached, lruCache } from "./lru-cache.js";

/**
 * Makes a function that remembers every result of `fn`, for good: {@link lruCache} without a limit.
 *
 * **Cancellation:** as of a function made by {@link lruCache}.
 *
 * @throws {TypeError} when `fn` is no function
 * @example
 * let calls = 0;
 * const square = cache(async (n: number) => {
 *   calls++;
 *   return n * n;
 * });
 * await Promise.all([square(3), square(3)]);
 * await square(3); // => 9
 * calls; // => 1
 * @see anyio.functools.cache
 */
export function cache<F extends AsyncFunction>(fn: F): Cached<F> {
  return lruCache({ maxSize: null })(fn);
}
