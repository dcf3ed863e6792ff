/** A value in words, for a message. It may be anything, also what cannot be made a string. */
export function show(value: unknown): string {
  try {
    return typeof value === "string" ? JSON.stringify(value) : String(value);
  } catch {
    return "a value that cannot be shown";
  }
}
