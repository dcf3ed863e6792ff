import { InvalidStateError } from "../errors.js";
import { cancel, type DeadlineTimer, type ScopeNode } from "./scope-tree.js";
import { show } from "./show.js";

/** Sets when a scope's time is up. An open scope whose time is up already is cancelled here and now. */
export function setDeadline(scope: ScopeNode, at: number): void {
  if (scope.parent === scope) {
    throw new InvalidStateError("there is no scope here that could have a deadline; open one first");
  }
  if (scope.deadline === null && at === Infinity) return;
  const now = scope.task.run.clock.now();
  const deadline = (scope.deadline ??= { at, since: now, handle: null });
  deadline.handle?.cancel();
  deadline.at = at;
  deadline.handle = null;
  if (scope.state === "open") watch(scope, deadline, now);
}

/** Has the clock watch the deadline of a scope that has just been entered. */
export function startDeadline(scope: ScopeNode, deadline: DeadlineTimer): void {
  watch(scope, deadline, deadline.since);
}

function watch(scope: ScopeNode, deadline: DeadlineTimer, now: number): void {
  if (deadline.at <= now) expire(scope);
  else if (deadline.at < Infinity) deadline.handle = scope.task.run.clock.schedule(deadline.at, () => expire(scope));
}

/** Checks a time or a duration; null means no limit. */
export function checkTime(value: number | null, parameter: string): number {
  if (value === null) return Infinity;
  if (typeof value !== "number")
    throw new TypeError(`${parameter} must be a number of ms or null, not ${typeof value} ${show(value)}`);
  if (Number.isNaN(value)) throw new RangeError(`${parameter} must be a number of ms, Infinity or null, not NaN`);
  return value;
}

function expire(scope: ScopeNode): void {
  cancel(scope, { source: "deadline", scopeName: scope.name, taskName: undefined, reason: undefined });
}
