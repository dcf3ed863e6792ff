import type { Scope } from "./scope.js";

/** Sleeps `ms` milliseconds; rejects, its timer cleared, when the scope is cancelled. */
export function sleep(ms: number, scope: Scope): Promise<void> {
  return new Promise((resolve, reject) => {
    scope.throwIfCancelled();
    const onCancel = (reason: unknown) => {
      clearTimeout(timer);
      reject(reason);
    };
    const timer = setTimeout(() => {
      scope.callbacks.delete(onCancel);
      resolve();
    }, ms);
    scope.callbacks.add(onCancel);
  });
}
