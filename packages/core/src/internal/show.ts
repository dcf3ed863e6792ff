/** A value in words: an error by its message. It may be anything, also what cannot be made a string. */
export function show(value: unknown): string {
  try {
    return String(value instanceof Error ? value.message : value);
  } catch {
    return "a value that cannot be shown";
  }
}
