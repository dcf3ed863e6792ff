/** A value in words: an error by its message. It may be anything, also what cannot be made a string. */
export function show(value: unknown): string {
  try {
    return String(value instanceof Error ? value.message : value);
  } catch {
    return "a value that cannot be shown";
  }
}

/** The error for what was given in place of a function to call. */
export function noFunction(parameter: string, given: unknown): TypeError {
  const text = given instanceof Promise ? "a promise, which has started already" : show(given);
  return new TypeError(`${parameter} must be a function such as () => work(), not ${text}`);
}
