/** @throws {TypeError} when it is none */
export function checkArray(value: unknown, parameter: string): void {
  if (!Array.isArray(value)) throw new TypeError(`${parameter} must be an array, not ${show(value)}`);
}

/** @throws {TypeError} when it is none */
export function checkFunction(value: unknown, parameter: string): void {
  if (typeof value !== "function") throw new TypeError(`${parameter} must be a function, not ${show(value)}`);
}

/** @throws {TypeError} when it is none */
export function checkText(value: unknown, parameter: string): void {
  if (typeof value !== "string") throw new TypeError(`${parameter} must be a string, not ${show(value)}`);
}

/** @throws {TypeError} when it is none, as far as one can tell: it may be of another copy of its package */
export function checkLimiter(value: unknown, parameter: string): void {
  const { acquireNowait } = (value ?? {}) as { acquireNowait?: unknown };
  if (typeof acquireNowait === "function") return;
  throw new TypeError(`${parameter} must be a CapacityLimiter, not ${show(value)}`);
}

/** @throws {TypeError} when it is none of them */
export function checkOneOf(value: unknown, values: readonly string[], parameter: string): void {
  if (values.includes(value as string)) return;
  throw new TypeError(`${parameter} must be one of ${values.map(show).join(", ")}, not ${show(value)}`);
}

/** @throws when it is no number of ms */
export function checkDuration(value: unknown, parameter: string): void {
  if (typeof value !== "number") throw new TypeError(`${parameter} must be a number of ms, not ${show(value)}`);
  if (!(value >= 0)) throw new RangeError(`${parameter} must be a number of ms that is not negative, not ${value}`);
}

/** A value as an error message quotes it. */
export function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "function") return `a function ${value.name || "without a name"}`;
  if (typeof value === "object" && value !== null) return `an object of class ${value.constructor?.name ?? "null"}`;
  return String(value);
}
