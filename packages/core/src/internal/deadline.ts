import { InvalidStateError } from "../errors.js";
import { cancel, type ScopeNode } from "./scope-tree.js";

/** Sets when a scope's time is up. One whose time is up already is cancelled here and now. */
export function setDeadline(scope: ScopeNode, at: number): void {
  if (scope.parent === scope)
    throw new InvalidStateError("there is no scope here that could have a deadline; open one first");
  const { deadline } = scope;
  deadline?.handle?.cancel();
  if (deadline === null) {
    if (at === Infinity) return;
    scope.deadline = { at, handle: null };
  } else {
    deadline.at = at;
    deadline.handle = null;
  }
  if (scope.state === "open") armDeadline(scope);
}

/** Has the clock watch the deadline of a scope that is open. */
export function armDeadline(scope: ScopeNode): void {
  const { deadline } = scope;
  if (deadline === null || deadline.at === Infinity) return;
  const { clock } = scope.task.run;
  if (deadline.at <= clock.now()) expire(scope);
  else deadline.handle = clock.schedule(deadline.at, () => expire(scope));
}

/** Checks a time or a duration; null means no limit. */
export function checkTime(value: number | null, parameter: string): number {
  if (value === null) return Infinity;
  if (typeof value !== "number")
    throw new TypeError(`${parameter} must be a number of ms or null, not ${typeof value}`);
  if (Number.isNaN(value)) throw new RangeError(`${parameter} must be a number of ms, Infinity or null, not NaN`);
  return value;
}

function expire(scope: ScopeNode): void {
  cancel(scope, { source: "deadline", scopeName: scope.name, taskName: scope.task.label, reason: undefined });
}
