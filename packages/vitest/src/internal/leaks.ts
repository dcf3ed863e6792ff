import { LeakError, watchLeaks } from "@anyio/testing";

/** Calls `fn`, and fails with what was left behind in it where it does not fail by itself. */
export async function withoutLeaks<T>(fn: () => T | PromiseLike<T>): Promise<T> {
  const { outcome, leaks } = await watchLeaks(fn);
  if (outcome.status === "rejected") throw outcome.reason;
  const [first] = leaks;
  if (first === undefined) return outcome.value;
  const error = new LeakError(leaks);
  // Where it was noticed says nothing; what vitest shows the source of is where it began.
  if (first.origin !== "") error.stack = `${error.name}: ${error.message}\n${first.origin}`;
  throw error;
}
