/**
 * The tree of scopes and of the operations that wait in them.
 *
 * 1. `effective` is non-null exactly while a scope is effectively cancelled. The state is pushed down where it changes,
 *    so a check is one field read.
 * 2. A scope's ring holds, oldest first, what has to end before the scope can: open child scopes and pending operations, and those that
 *    have ended until whoever awaits them has gone on.
 * 3. The whole subtree has its new state before anybody is told of it.
 * 4. Nothing here recurses: nesting is as deep as memory allows.
 * 5. Nodes made by another copy of this package appear in the same tree, so fields are plain and no class is tested for.
 */
import { type Cancellation, CancelledError } from "../cancelled-error.js";
import { InvalidStateError } from "../errors.js";
import { isObserved, reportFloating } from "./floating.js";
import type { Label } from "./label.js";
import type { TaskNode } from "./task-node.js";
import type { Watch } from "./tracing.js";

/** Something in a scope's ring. */
export abstract class Dependent {
  abstract get isScope(): boolean;
  previous: Dependent | null = null;
  next: Dependent | null = null;

  constructor(public parent: ScopeNode) {}
}

/** A pending operation. */
export abstract class Operation extends Dependent {
  override get isScope(): false {
    return false;
  }

  abstract readonly label: Label;
  abstract readonly token: unknown;
  /** Waits for something outside of this library. */
  get isForeign(): boolean {
    return false;
  }

  /** Decided: what is left is to tell whoever waits for it. */
  abstract get settled(): boolean;
  /** Tells the operation that its scope has been cancelled. */
  abstract strike(cancellation: Cancellation): void;
  /** Tells the operation that the body of its scope has ended. */
  scopeLeft(): void {}
}

export abstract class ScopeNode extends Dependent {
  state: "new" | "open" | "leaving" | "exited" = "new";
  shield = false;
  /** Refused operations since the last one that succeeded. */
  refusals = 0;
  /** The cancellation of this very scope. */
  cancellation: Cancellation | null = null;
  /** The cancellation that is visible here: this scope's own, or an ancestor's with no shield in between. */
  effective: Cancellation | null = null;
  /** The youngest of the ring; its `next` is the oldest. */
  last: Dependent | null = null;
  deadline: DeadlineTimer | null = null;
  /** Who is told of what begins here and of what is left behind, or was: the parent's as this was opened, unless it has its own. */
  watch: Watch | null = null;
  extras: Extras | null = null;
  /** What the body has come to: whether it threw, and what it threw or returned. */
  failed = false;
  outcome: unknown = undefined;

  constructor(
    parent: ScopeNode,
    public task: TaskNode,
    public name: string | undefined,
  ) {
    super(parent);
  }

  override get isScope(): true {
    return true;
  }

  /** Called once, at the moment in which the scope has been left: later, an ancestor's state may be another. */
  abstract conclude(): void;
}

/** What few scopes have. */
export interface Extras {
  /** What users see of the scope. */
  handle: object | null;
  controller: AbortController | null;
  /** The signal that cancels the scope, and what ends listening to it. */
  follows: AbortSignal | null;
  unfollow: (() => void) | null;
  /** Whether the scope was left by its own cancellation. */
  caught: boolean;
}

/** The extras of a scope, to put something there. */
export function extrasOf(scope: ScopeNode): Extras {
  return (scope.extras ??= { handle: null, controller: null, follows: null, unfollow: null, caught: false });
}

export interface DeadlineTimer {
  at: number;
  /** What its budget counts from, in ms of the clock; set anew as the scope is entered. */
  since: number;
  handle: { cancel(): void } | null;
}

/** Puts a new scope under `parent`. */
export function open(scope: ScopeNode, parent: ScopeNode): void {
  scope.parent = parent;
  scope.state = "open";
  scope.refusals = parent.task === scope.task ? parent.refusals : 0;
  scope.watch ??= parent.watch;
  const state = scope.cancellation ?? (scope.shield ? null : parent.effective);
  scope.effective = state;
  attach(parent, scope);
  if (state !== null) scope.extras?.controller?.abort(new CancelledError(state));
}

/** Cancels a scope, unless it has been cancelled before. */
export function cancel(scope: ScopeNode, cancellation: Cancellation): void {
  if (scope.parent === scope)
    throw new InvalidStateError("there is no scope here that could be cancelled; open one first");
  if (scope.cancellation !== null || scope.state === "exited") return;
  scope.cancellation = cancellation;
  if (scope.effective === null) push(scope, cancellation);
}

/** Recomputes the state of a scope whose shield or parent has changed. */
export function refresh(scope: ScopeNode): void {
  if (scope.state !== "open") return;
  const state = scope.cancellation ?? (scope.shield ? null : scope.parent.effective);
  if ((state === null) === (scope.effective === null)) scope.effective = state;
  else push(scope, state);
}

/** Moves an open scope, with all that is in it, under another parent. */
export function move(scope: ScopeNode, parent: ScopeNode): void {
  const former = scope.parent;
  detach(scope);
  scope.parent = parent;
  attach(parent, scope);
  refresh(scope);
  drain(former);
}

/**
 * Ends a scope's body. What is still pending in the scope is cancelled; once all of it has ended the scope is left.
 *
 * Where the scope was cancelled before nothing is reported: the first branch of a `Promise.all` to be struck ends the body, and the others are
 * on their way.
 */
export function leave(scope: ScopeNode, failed: boolean, outcome: unknown): void {
  scope.failed = failed;
  scope.outcome = outcome;
  scope.state = "leaving";
  if (scope.last !== null) {
    if (scope.effective === null) {
      if (isObserved(scope)) reportFloating(scope, [...dependentsOf(scope)].filter(isUndecided));
      push(scope, exitOf(scope));
    }
    // The ring may change meanwhile.
    const left = [...dependentsOf(scope)];
    for (const item of left) if (!item.isScope) item.scopeLeft();
  }
  drain(scope);
}

/** Whether a cancellation from outside is visible in a scope, also once it has been left. */
export function isCancelledFromOutside(scope: ScopeNode): boolean {
  return !scope.shield && scope.parent.effective !== null;
}

export function attach(scope: ScopeNode, dependent: Dependent): void {
  const { last } = scope;
  if (last === null || last.next === null) {
    dependent.previous = dependent.next = dependent;
  } else {
    dependent.previous = last;
    dependent.next = last.next;
    last.next.previous = dependent;
    last.next = dependent;
  }
  scope.last = dependent;
}

/** Takes what has ended out of its scope. */
export function release(dependent: Dependent): void {
  detach(dependent);
  drain(dependent.parent);
}

/**
 * Whether what has ended, and was told, stays in its scope for one more turn. The scope's body has ended, so whoever awaits this is
 * nobody's: it goes on now, and is to find the scope, for outside of it nothing would end that. A cancellation has ended it already.
 */
export function isLeftBehind(dependent: Dependent, outcome: unknown): boolean {
  return dependent.parent.state === "leaving" && !(outcome instanceof CancelledError);
}

/** What is in a scope's ring, oldest first; the ring must not change meanwhile. */
export function* dependentsOf(scope: ScopeNode): Generator<ScopeNode | Operation> {
  const { last } = scope;
  for (let item = last?.next; item; item = item === last ? null : item.next) yield item as ScopeNode | Operation;
}

function detach(dependent: Dependent): void {
  const { parent, previous, next } = dependent;
  if (previous === null || next === null) return;
  if (next === dependent) parent.last = null;
  else {
    previous.next = next;
    next.previous = previous;
    if (parent.last === dependent) parent.last = previous;
  }
  dependent.previous = dependent.next = null;
}

/** Whether something goes on there still: what is decided has only to be told. */
function isUndecided(item: ScopeNode | Operation): boolean {
  if (!item.isScope) return !item.settled;
  const scopes = [item];
  // The array grows while it is walked.
  for (const scope of scopes) {
    if (scope.state === "exited") continue;
    if (scope.last === null) return true;
    for (const inner of dependentsOf(scope)) {
      if (inner.isScope) scopes.push(inner);
      else if (!inner.settled) return true;
    }
  }
  return false;
}

/** Closes a scope that is being left and has nothing pending, then its parent if that waited for it, and so on up. */
function drain(start: ScopeNode): void {
  for (let scope = start; scope.state === "leaving" && scope.last === null; scope = scope.parent) {
    const { parent } = scope;
    scope.state = "exited";
    scope.deadline?.handle?.cancel();
    scope.extras?.unfollow?.();
    if (parent.task === scope.task) parent.refusals = parent.effective === null ? 0 : scope.refusals;
    detach(scope);
    scope.conclude();
  }
}

function push(top: ScopeNode, state: Cancellation | null): void {
  const reached = [top];
  const struck: Operation[] = [];
  top.effective = state;
  // The array grows while it is walked: breadth first (4).
  for (const scope of reached) {
    const { last } = scope;
    for (let item = last?.next ?? null; item !== null; item = item === last ? null : item.next) {
      if (!item.isScope) struck.push(item as Operation);
      else if (inherits(item as ScopeNode, state)) {
        (item as ScopeNode).effective = state;
        reached.push(item as ScopeNode);
      }
    }
  }
  if (state === null) {
    // An aborted signal stays aborted: whoever asks again gets a new one.
    for (const { extras } of reached) if (extras !== null) extras.controller = null;
    return;
  }
  for (const operation of struck) operation.strike(state);
  for (const scope of reached) {
    // A scope's signal outlives it: being left is no reason to abort what goes on outside.
    if (scope !== top || state.source !== "exit") scope.extras?.controller?.abort(new CancelledError(state));
  }
}

function inherits(scope: ScopeNode, state: Cancellation | null): boolean {
  if (scope.shield || scope.state === "exited") return false;
  return state === null ? scope.cancellation === null && scope.state === "open" : scope.effective === null;
}

function exitOf(scope: ScopeNode): Cancellation {
  return { source: "exit", scopeName: scope.name, taskName: undefined, reason: undefined };
}
