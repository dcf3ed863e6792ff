import type { CacheOptions } from "../lru-cache.js";

/** What a cache keeps, and for how long: Infinity for no limit. */
export interface Limits {
  readonly maxSize: number;
  readonly ttl: number;
  readonly key: ((...args: unknown[]) => unknown) | undefined;
}

/** @throws {TypeError | RangeError} when one of them is none */
export function checkOptions({ maxSize = 128, ttl = null, key }: CacheOptions<unknown[]>): Limits {
  return { maxSize: checkSize(maxSize), ttl: checkTtl(ttl), key: checkKey(key) };
}

function checkSize(maxSize: number | null): number {
  if (maxSize === null) return Infinity;
  if (typeof maxSize !== "number") throw new TypeError(`maxSize must be a number or null, not ${String(maxSize)}`);
  if (maxSize >= 0 && (Number.isInteger(maxSize) || maxSize === Infinity)) return maxSize;
  throw new RangeError(`maxSize must be a whole number from 0 on, or null for no limit, not ${maxSize}`);
}

function checkTtl(ttl: number | null): number {
  if (ttl === null) return Infinity;
  if (typeof ttl !== "number") throw new TypeError(`ttl must be a number of ms or null, not ${String(ttl)}`);
  if (ttl >= 0) return ttl;
  throw new RangeError(`ttl must be a number of ms from 0 on, or null for no limit, not ${ttl}`);
}

function checkKey<F>(key: F | undefined): F | undefined {
  if (key === undefined || typeof key === "function") return key;
  throw new TypeError(`key must be a function of the arguments, not ${typeof key}`);
}
