/** A value in words: an error by its message. It may be anything, also what cannot be made a string. */
export function show(value: unknown): string {
  try {
    return value instanceof Error ? value.message : String(value);
  } catch {
    return "a value that cannot be shown";
  }
}
