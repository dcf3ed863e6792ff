/** What was asked for cannot be done: one line, no stack, exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
