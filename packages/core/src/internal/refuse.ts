import { type Cancellation, CancelledError } from "../cancelled-error.js";
import { quiet } from "./quiet.js";
import type { ScopeNode } from "./scope-tree.js";
import type { TaskNode } from "./task-node.js";
import { waitShielded } from "./waiter.js";
import { warn } from "./warn.js";

/**
 * Rejects an operation that was begun in a cancelled scope, without it having had any effect.
 *
 * `catch` catches everything in JavaScript, so a loop that retries on any error meets one refusal after another. The
 * first few are immediate, for cleanup code meets some; from then on they come through the event loop, ever later.
 */
export function refuse(scope: ScopeNode, cancellation: Cancellation): Promise<never> {
  const count = ++scope.refusals;
  if (count > WARN_AFTER && !warned.has(scope.task)) warnOf(scope);
  if (count > IMMEDIATE) return refuseLater(scope, cancellation, Math.min(2 ** (count - IMMEDIATE - 1), LONGEST_DELAY));
  const promise = Promise.reject(new CancelledError(cancellation));
  quiet(promise);
  return promise;
}

function refuseLater(scope: ScopeNode, cancellation: Cancellation, delay: number): Promise<never> {
  const waiter = waitShielded<never>(scope, "a refused operation to fail; its scope is cancelled");
  const { clock } = scope.task.run;
  clock.schedule(clock.now() + delay, () => waiter.throw(new CancelledError(cancellation)));
  return waiter.promise;
}

function warnOf(scope: ScopeNode): void {
  warned.add(scope.task);
  warn(
    "ANYIO_SWALLOWED_CANCELLATION",
    `task "${scope.task.label}" goes on after it was cancelled: ${WARN_AFTER} operations were refused. ` +
      "Put rethrowIfCancelled(error) first in the catch block of its loop",
  );
}

const warned = new WeakSet<TaskNode>();

const IMMEDIATE = 16;
const WARN_AFTER = 100;
const LONGEST_DELAY = 100;
