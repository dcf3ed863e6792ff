import { ExceptionGroup } from "@anyio/core";
import { quietly } from "@anyio/core/lowlevel";
import { LeakError } from "./errors.js";
import { watchLeaks } from "./watch-leaks.js";

/**
 * Calls `fn`, waits for it, and fails if it has left something behind: tasks that still run, operations and scopes that nobody
 * awaited, sockets, listeners, files, processes and threads that are open. The error names each, with where it began. What was left
 * behind is then cancelled and waited for, or closed by force.
 *
 * **Cancellation:** entering is no cancellation point; a cancellation that ends `fn` is thrown.
 *
 * @returns what `fn` returns
 * @throws {LeakError} when something was left behind; in an `ExceptionGroup` with what `fn` throws, where it fails too
 * @throws {TypeError} when `fn` is no function
 * @example
 * const outcome = await assertNoLeaks(() => void sleep(60_000)).catch((error: LeakError) => error.leaks[0]?.name);
 * outcome; // => "sleep(60000)"
 */
export function assertNoLeaks<T>(fn: () => T | PromiseLike<T>): Promise<T> {
  if (typeof fn !== "function") return Promise.reject(new TypeError(`fn must be a function, not ${typeof fn}`));
  return quietly(check(fn));
}

async function check<T>(fn: () => T | PromiseLike<T>): Promise<T> {
  const { outcome, leaks } = await watchLeaks(fn);
  const leak = leaks.length > 0 ? new LeakError(leaks) : undefined;
  if (outcome.status === "fulfilled") {
    if (leak !== undefined) throw leak;
    return outcome.value;
  }
  if (leak === undefined) throw outcome.reason;
  throw new ExceptionGroup([outcome.reason, leak]);
}
