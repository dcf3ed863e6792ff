import type { Scope } from "./scope.js";

/** An event that many tasks wait for. A waiter whose scope is cancelled is withdrawn. */
export class Event {
  readonly #waiters = new Set<() => void>();

  wait(scope: Scope): Promise<void> {
    return new Promise((resolve, reject) => {
      scope.throwIfCancelled();
      const onSet = () => {
        scope.callbacks.delete(onCancel);
        resolve();
      };
      const onCancel = (reason: unknown) => {
        this.#waiters.delete(onSet);
        reject(reason);
      };
      this.#waiters.add(onSet);
      scope.callbacks.add(onCancel);
    });
  }

  set(): void {
    for (const onSet of this.#waiters) onSet();
    this.#waiters.clear();
  }
}
