import { checkOptions, type Limits } from "./internal/options.js";
import { SharedCache } from "./internal/shared-cache.js";

/** A function that returns a promise. */
export type AsyncFunction = (...args: never[]) => Promise<unknown>;

/** A function with a cache before it: called as the function itself is, whatever its type. */
export type Cached<F> = F & {
  /** What can be told of the cache; a snapshot. */
  cacheInfo(): CacheInfo;
  /** Forgets everything, also what is being computed: those who wait for it get it, those who come compute anew. */
  cacheClear(): void;
};

/** What can be told of a cache. */
export interface CacheInfo {
  /** Calls that were answered by a result in the cache, or by the computation of another call. */
  readonly hits: number;
  /** Calls that computed. */
  readonly misses: number;
  /** Null for no limit. */
  readonly maxSize: number | null;
  readonly currentSize: number;
  /** In ms; null for no limit. */
  readonly ttl: number | null;
}

/** What a cache keeps, and for how long. */
export interface CacheOptions<A extends readonly unknown[] = never> {
  /**
   * How many results are kept, 128 unless told: the one that was used longest ago goes first. Null for no limit. With 0 nothing is kept,
   * and calls at the same time still share one computation.
   */
  readonly maxSize?: number | null;
  /** For how long a result is kept, in ms of `currentTime()` from its coming. Null, unless told, for no limit. */
  readonly ttl?: number | null;
  /**
   * Makes the key out of the arguments. Keys are compared like those of a `Map`. Unless told, calls have the same key when they
   * have as many arguments, and each is the same.
   */
  readonly key?: (...args: A) => unknown;
}

/**
 * Makes a function that remembers the latest results of `fn`.
 *
 * Calls with one key at the same time share one computation, which runs in the scope of the first. Its error goes to all of
 * them and is not kept. A call that would wait for itself, directly or through other cached functions, is an
 * `InvalidStateError`. `this` is passed on and is no part of the key: cache a method for each object by itself, in its
 * constructor.
 *
 * Unlike AnyIO's, the cache is one for the process, not one per event loop.
 *
 * **Cancellation:** each call is a cancellation point, also where the result is there. When the call that computes is cancelled, the
 * next one that waits computes anew.
 *
 * @throws {TypeError} when `fn` or `key` is no function, or `maxSize` or `ttl` no number
 * @throws {RangeError} when `maxSize` is negative or not whole, or `ttl` is negative or NaN
 * @example
 * const load = lruCache(async (id: number) => `user ${id}`, { maxSize: 1000, ttl: 60_000 });
 * await load(7);
 * await load(7); // => "user 7"
 * load.cacheInfo(); // => { hits: 1, misses: 1, maxSize: 1000, currentSize: 1, ttl: 60_000 }
 * @see anyio.functools.lru_cache
 */
export function lruCache<F extends AsyncFunction>(fn: F, options?: CacheOptions<Parameters<F>>): Cached<F>;
/**
 * Makes what makes such a function, with the options said first.
 *
 * @example
 * const briefly = lruCache({ ttl: 1000 });
 * const load = briefly(async (id: number) => `user ${id}`);
 * await load(7); // => "user 7"
 */
export function lruCache(options?: CacheOptions): <F extends AsyncFunction>(fn: F) => Cached<F>;
export function lruCache(first?: AsyncFunction | CacheOptions, options?: CacheOptions): unknown {
  if (typeof first === "function") return make(first, checkOptions((options ?? {}) as CacheOptions<unknown[]>));
  if (first !== undefined && (typeof first !== "object" || first === null)) {
    throw new TypeError(`lruCache takes a function or options, not ${String(first)}`);
  }
  const limits = checkOptions((first ?? {}) as CacheOptions<unknown[]>);
  return (fn: AsyncFunction) => make(fn, limits);
}

function make(fn: AsyncFunction, limits: Limits): unknown {
  if (typeof fn !== "function") throw new TypeError(`fn must be a function, not ${String(fn)}`);
  const shared = new SharedCache(fn as (...args: unknown[]) => unknown, limits);
  function cached(this: unknown, ...args: unknown[]): Promise<unknown> {
    return shared.call(this, args);
  }
  return Object.defineProperties(cached, {
    name: { value: fn.name, configurable: true },
    length: { value: fn.length, configurable: true },
    cacheInfo: { value: () => shared.info() },
    cacheClear: { value: () => shared.clear() },
  });
}
