import { type Cancellation, CancelledError } from "../cancelled-error.js";
import type { ScopeNode } from "./scope-tree.js";
import type { TaskNode } from "./task-node.js";
import { waitShielded } from "./waiter.js";
import { warn } from "./warn.js";

/**
 * Rejects an operation that was begun in a cancelled scope, without it having had any effect.
 *
 * `catch` catches everything in JavaScript, so a loop that retries on any error meets one refusal after another. The
 * first few are immediate, for cleanup code meets some; from then on they come through the event loop, ever later.
 *
 * What counts is that a task goes on after a refusal. Its branches, cancelled all at once, are refused at the same time:
 * that counts as one.
 */
export function refuse(scope: ScopeNode, cancellation: Cancellation): Promise<never> {
  const { refusals } = scope;
  if (refusals >= WARN_AFTER && !warned.has(scope.task)) warnOf(scope);
  const promise =
    refusals < IMMEDIATE
      ? Promise.reject(new CancelledError(cancellation))
      : refuseLater(scope, cancellation, Math.min(2 ** (refusals - IMMEDIATE), LONGEST_DELAY));
  // This quiets the promise too. It comes before whatever the task goes on with.
  void promise.then(undefined, () => {
    if (scope.refusals === refusals) scope.refusals++;
  });
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
