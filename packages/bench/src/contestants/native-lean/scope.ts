/** What a cancelled operation throws. */
export class Cancelled extends Error {
  override readonly name = "Cancelled";
}

/**
 * About the least that can carry cancellation: a flag and the set of callbacks that undo what is waiting. Blocking
 * operations add theirs and take it out again.
 */
export class Scope {
  readonly callbacks = new Set<(reason: unknown) => void>();
  cancelled = false;
  /** Why the scope is cancelled, as thrown by what is cancelled. */
  reason: unknown;

  throwIfCancelled(): void {
    if (this.cancelled) throw this.reason;
  }

  /** An own property: it is the callback that a scope leaves with its parent. */
  readonly cancel = (reason: unknown): void => {
    if (this.cancelled) return;
    this.cancelled = true;
    this.reason = reason;
    for (const callback of this.callbacks) callback(reason);
    this.callbacks.clear();
  };
}
