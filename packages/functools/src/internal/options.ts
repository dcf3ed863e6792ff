/** @throws {TypeError | RangeError} when it is no size */
export function checkSize(maxSize: number | null): number {
  if (maxSize === null) return Infinity;
  if (typeof maxSize !== "number") throw new TypeError(`maxSize must be a number or null, not ${String(maxSize)}`);
  if (maxSize >= 0 && (Number.isInteger(maxSize) || maxSize === Infinity)) return maxSize;
  throw new RangeError(`maxSize must be a whole number from 0 on, or null for no limit, not ${maxSize}`);
}

/** @throws {TypeError | RangeError} when it is no time to live */
export function checkTtl(ttl: number | null): number {
  if (ttl === null) return Infinity;
  if (typeof ttl !== "number") throw new TypeError(`ttl must be a number of ms or null, not ${String(ttl)}`);
  if (ttl >= 0) return ttl;
  throw new RangeError(`ttl must be a number of ms from 0 on, or null for no limit, not ${ttl}`);
}

/** @throws {TypeError} when it is no function */
export function checkKey<F>(key: F | undefined): F | undefined {
  if (key === undefined || typeof key === "function") return key;
  throw new TypeError(`key must be a function of the arguments, not ${typeof key}`);
}
