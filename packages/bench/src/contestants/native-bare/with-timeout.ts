import { TimeoutError } from "../by-hand/timeout-error.js";
import { Scope } from "../native-lean/scope.js";

/**
 * Runs `work` with a scope that is cancelled after `ms`, or along with `parent`, and waits for it. Without a race: work
 * that ignores its scope has not timed out.
 */
export async function withTimeout<T>(ms: number, work: (scope: Scope) => T | Promise<T>, parent?: Scope): Promise<T> {
  parent?.throwIfCancelled();
  const scope = new Scope();
  parent?.callbacks.add(scope.cancel);
  const timer = setTimeout(() => scope.cancel(new TimeoutError(ms)), ms);
  try {
    return await work(scope);
  } finally {
    clearTimeout(timer);
    parent?.callbacks.delete(scope.cancel);
  }
}
