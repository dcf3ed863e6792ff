/** A value in words, to name it in a message; it may be anything, also what cannot be made a string. */
export function show(value: unknown): string {
  try {
    return typeof value === "string" ? JSON.stringify(value) : String(value);
  } catch {
    return "a borrower that cannot be shown";
  }
}
