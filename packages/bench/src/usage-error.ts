/** What was asked for cannot be done: one line, no stack. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
