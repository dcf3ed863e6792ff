import { TimeoutError } from "../by-hand/timeout-error.js";
import { Scope } from "./scope.js";

/**
 * Runs `work` with a scope that is cancelled after `ms`, or along with `parent`. The race decides: work that ignores its
 * scope has timed out all the same. Then the work is waited for; a race alone would leave it running.
 */
export async function withTimeout<T>(ms: number, work: (scope: Scope) => T | Promise<T>, parent?: Scope): Promise<T> {
  parent?.throwIfCancelled();
  const scope = new Scope();
  parent?.callbacks.add(scope.cancel);
  const timer = setTimeout(() => scope.cancel(new TimeoutError(ms)), ms);
  let working: T | Promise<T> | undefined;
  try {
    working = work(scope);
    // oxlint-disable-next-line no-restricted-properties -- what is written by hand; both partners end with the scope
    return await Promise.race([working, cancelled(scope)]);
  } catch (error) {
    await Promise.allSettled([working]);
    throw error;
  } finally {
    clearTimeout(timer);
    parent?.callbacks.delete(scope.cancel);
  }
}

/** Rejects with the scope's reason when it is cancelled. The callback goes with the scope. */
function cancelled(scope: Scope): Promise<never> {
  return new Promise((_, reject) => {
    scope.throwIfCancelled();
    scope.callbacks.add(reject);
  });
}
