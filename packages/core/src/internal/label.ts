/** What a task dump says of a wait; made to a string only when somebody looks. */
export type Label = string | { toString(): string } | (() => string);

/** What a label says now. */
export function textOf(label: Label): string {
  return typeof label === "function" ? label() : String(label);
}
