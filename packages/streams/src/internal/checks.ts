/** Refuses what is no number of bytes to receive. */
export function checkMaxBytes(maxBytes: number): void {
  checkSize(maxBytes, 1, "maxBytes must be a positive integer");
}

/** Refuses what is no whole number from `least` on. */
export function checkSize(size: number, least: number, rule: string): void {
  if (!Number.isSafeInteger(size) || size < least) throw new RangeError(`${rule}, not ${String(size)}`);
}

/** Refuses what is no number of items to keep. */
export function checkBufferSize(size: number): void {
  if (typeof size !== "number") throw new TypeError(`maxBufferSize must be a number, not ${describe(size)}`);
  if (size >= 0 && (Number.isInteger(size) || size === Infinity)) return;
  throw new RangeError(`maxBufferSize must be a whole number from 0 on, or Infinity, not ${size}`);
}

/** Refuses what is not bytes. */
export function checkBytes(bytes: unknown, name: string): asserts bytes is Uint8Array {
  if (!(bytes instanceof Uint8Array)) throw new TypeError(`${name} must be a Uint8Array, not ${describe(bytes)}`);
}

function describe(value: unknown): string {
  return typeof value === "object" && value !== null
    ? `a ${value.constructor?.name ?? "object"}`
    : (JSON.stringify(value) ?? String(value));
}

export const DEFAULT_MAX_BYTES = 65_536;
