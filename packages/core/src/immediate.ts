import type { TaskReference } from "./task-info.js";
import { ambient } from "./internal/realm.js";
import { refuse } from "./internal/refuse.js";
import { waitShielded } from "./internal/waiter.js";

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
  try {
    value = take(task);
  } catch (error) {
    return Promise.reject(error);
  }
  run.pulse.activity++;
  scope.refusals = 0;
  if (run.turns.spend()) return Promise.resolve(value);
  const waiter = waitShielded<T>(scope, "its turn");
  waiter.resume(value);
  return waiter.promise;
}
