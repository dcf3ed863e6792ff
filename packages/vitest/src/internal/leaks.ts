import { CancelScope } from "@anyio/core";
import { witness } from "@anyio/core/lowlevel";
import { LeakError, watchLeaks } from "@anyio/testing";

/** Calls `fn`, and fails with what was left behind in it where it does not fail by itself. */
export async function withoutLeaks<T>(fn: () => T | PromiseLike<T>): Promise<T> {
  const { outcome, leaks } = await watchLeaks(fn);
  if (outcome.status === "rejected") throw outcome.reason;
  if (leaks.length === 0) return outcome.value;
  const error = new LeakError(leaks);
  // Where it was noticed says nothing; the message has where each began, and vitest finds the frames there.
  error.stack = `${error.name}: ${error.message}`;
  throw error;
}

/** Calls `fn`, and tells nobody of what was left behind in it. */
export function withLeaks<T>(fn: () => T | PromiseLike<T>): Promise<T> {
  const scope = new CancelScope();
  witness(scope, null);
  // Nobody cancels this scope.
  return scope.run(fn) as Promise<T>;
}
