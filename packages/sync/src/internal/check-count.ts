import { show } from "./show.js";

/** Checks an argument that counts something. */
export function checkCount(name: string, value: number): number {
  checkNumber(name, value);
  if (Number.isInteger(value) && value >= 0) return value;
  throw new RangeError(`${name} must be a non-negative integer, not ${value}`);
}

/** {@link checkCount}, where there may be no limit. */
export function checkLimit(name: string, value: number): number {
  checkNumber(name, value);
  if (value === Infinity || (Number.isInteger(value) && value >= 0)) return value;
  throw new RangeError(`${name} must be a non-negative integer or Infinity, not ${value}`);
}

function checkNumber(name: string, value: unknown): void {
  if (typeof value !== "number") throw new TypeError(`${name} must be a number, not ${show(value)}`);
}
