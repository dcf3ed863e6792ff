import type { TaskReference } from "./task-info.js";
import { ambient } from "./internal/realm.js";
import { refuse } from "./internal/refuse.js";
import type { ScopeNode } from "./internal/scope-tree.js";
import { type Waiter, waitShielded } from "./internal/waiter.js";

/**
 * An operation that has nothing to wait for: calls `take`, and resolves to what it returns. The fast path of a primitive
 * whose slow one is `WaitQueue.wait` or `suspend`. Where the fairness budget is spent the result comes in a later turn of
 * the event loop; what `take` did is done.
 *
 * **Cancellation:** in a cancelled scope it rejects and `take` is not called. Once it was called, the result is delivered.
 *
 * @param take does what the operation does, in no time; it is given the task that calls
 * @example
 * const items = ["first", "second"];
 * await immediate(() => items.shift()); // => "first"
 */
export function immediate<T>(take: (task: TaskReference) => T): Promise<T> {
  const scope = ambient();
  if (scope.effective !== null) return refuse(scope, scope.effective);
  const { task } = scope;
  const { run } = task;
  let value: T;
  run.pulse.activity++;
  try {
    value = take(task);
  } catch (error) {
    if (run.turns.spend()) return Promise.reject(error);
    return inTurn<T>(scope, (waiter) => waiter.throw(error));
  }
  scope.refusals = 0;
  if (run.turns.spend()) return Promise.resolve(value);
  return inTurn<T>(scope, (waiter) => waiter.resume(value));
}

function inTurn<T>(scope: ScopeNode, settle: (waiter: Waiter<T>) => void): Promise<T> {
  const waiter = waitShielded<T>(scope, "its turn");
  settle(waiter);
  return waiter.promise;
}
