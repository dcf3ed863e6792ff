/** What was left behind. */
export interface Leak {
  readonly kind: "task" | "scope" | "operation" | "resource";
  /** What people call it. */
  readonly name: string;
  /** The stack of where it began. */
  readonly origin: string;
}
