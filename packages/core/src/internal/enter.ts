import { NOTHING, withoutCancellations } from "./cancellations.js";
import { armDeadline } from "./deadline.js";
import { isDebug } from "./debug.js";
import { recordOrigin } from "./origin.js";
import { quiet } from "./quiet.js";
import { ambient, callIn } from "./realm.js";
import { cancel, isCancelledFromOutside, leave, open, type ScopeNode } from "./scope-tree.js";
import { onAbort } from "./signal-hub.js";

/** Makes the result of a scope out of what its body did: returns it, or throws. */
export type Conclude<T> = (scope: ScopeNode, failed: boolean, outcome: unknown) => T;

/**
 * Opens `scope` under the ambient one, calls `fn` in it, waits for it, leaves, and concludes.
 *
 * The conclusion is drawn at the very moment of leaving: later, an ancestor's state may be another.
 */
export function enter<A, T>(
  scope: ScopeNode,
  fn: (argument: A) => unknown,
  argument: A,
  conclude: Conclude<T>,
): Promise<T> {
  const parent = ambient();
  const { turns } = parent.task.run;
  if (scope.task !== scope) scope.task = parent.task;
  open(scope, parent);
  if (isDebug()) recordOrigin(scope);
  if (scope.deadline !== null) armDeadline(scope);
  if (scope.follows !== null) followSignal(scope, scope.follows);

  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((resolvePromise, rejectPromise) => {
    resolve = resolvePromise;
    reject = rejectPromise;
  });

  const finish = (failed: boolean, outcome: unknown): void => {
    let deliver: () => void;
    try {
      const value = conclude(scope, failed, outcome);
      deliver = () => resolve(value);
    } catch (error) {
      if (withoutCancellations(error) === NOTHING) quiet(promise);
      deliver = () => reject(error);
    }
    // A loop over scopes that end at once must not starve the event loop either.
    if (turns.spend()) deliver();
    else turns.defer({ deliver });
  };
  follow(scope, fn, argument, {
    end(failed, outcome) {
      if (leave(scope)) finish(failed, outcome);
      else scope.onDrained = () => finish(failed, outcome);
    },
  });
  return promise;
}

/** Who is told how a body has ended. */
export interface Ending {
  end(failed: boolean, outcome: unknown): void;
}

/** Calls `fn` in `scope` and tells its outcome: at once where it is there, else when it comes. */
export function follow<A>(scope: ScopeNode, fn: (argument: A) => unknown, argument: A, ending: Ending): void {
  let result: unknown;
  try {
    result = callIn(scope, fn, argument);
  } catch (error) {
    ending.end(true, error);
    return;
  }
  if (!isThenable(result)) {
    ending.end(false, result);
    return;
  }
  const promise = result instanceof Promise ? result : Promise.resolve(result);
  promise.then(
    (value: unknown) => ending.end(false, value),
    (error: unknown) => ending.end(true, error),
  );
}

/** The rule of absorption: a cancelled scope keeps its cancellation to itself, unless an outer one is visible from it. */
export const absorb: Conclude<unknown> = (scope, failed, outcome) => {
  if (!failed) return outcome;
  if (scope.cancellation === null || isCancelledFromOutside(scope)) throw outcome;
  const rest = withoutCancellations(outcome);
  if (rest !== NOTHING) throw rest;
  scope.caught = true;
  return undefined;
};

function followSignal(scope: ScopeNode, signal: AbortSignal): void {
  scope.unfollow = onAbort(signal, () =>
    cancel(scope, { source: "signal", scopeName: scope.name, taskName: undefined, reason: signal.reason }),
  );
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    (typeof value === "object" || typeof value === "function") &&
    value !== null &&
    typeof (value as { then?: unknown }).then === "function"
  );
}
