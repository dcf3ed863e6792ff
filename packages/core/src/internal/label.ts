/** What a task dump says of a wait; made to a string only when somebody looks. A function is given the waiter's token. */
export type Label = string | { toString(): string } | ((token: unknown) => string);

/** What a wait's label says now. */
export function textOf(label: Label, token?: unknown): string {
  try {
    return typeof label === "function" ? label(token) : String(label);
  } catch {
    // It is somebody's code, asked in the midst of a cancellation.
    return "something that cannot say what it is";
  }
}
