/** What a task dump says of a wait; made to a string only when somebody looks. */
export type Label = string | { toString(): string } | (() => string);

/** What a label says now. */
export function textOf(label: Label): string {
  try {
    return typeof label === "function" ? label() : String(label);
  } catch {
    // It is somebody's code, asked in the midst of a cancellation.
    return "something that cannot say what it is";
  }
}
