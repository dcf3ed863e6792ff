import { AsyncLocalStorage, AsyncResource } from "node:async_hooks";
import { DONE } from "./deferred.js";
import { Pulse } from "./pulse.js";
import { leave, type ScopeNode } from "./scope-tree.js";
import { SystemClock } from "./system-clock.js";
import { RootTask, type TaskNode } from "./task-node.js";
import { FairTurns } from "./turns.js";

/** What there is one of in a process, however many copies of this package are loaded. */
interface Realm {
  readonly storage: AsyncLocalStorage<ScopeNode>;
  /** The scope outside every scope: never cancelled, never left. */
  readonly root: TaskNode;
  lastTaskId: number;
  /** How many outermost runs are ending because of a signal. */
  shuttingDown: number;
  /** By how many a signal is claimed, which runs then leave alone. */
  readonly claimedSignals: Map<string, number>;
  /** Who is told of the end of the process. */
  readonly lastWords: Set<{ readonly callback: () => void }>;
  /** Which task an error came from, for people who read it. */
  readonly failedTasks: WeakMap<object, string>;
}

const KEY = Symbol.for("@anyio/core/v1");

export const realm: Realm = ((globalThis as { [KEY]?: Realm })[KEY] ??= makeRealm());

const { storage } = realm;

/** The scope that code called from here belongs to: the innermost one that has not been left. */
export function ambient(): ScopeNode {
  let scope = storage.getStore() ?? realm.root;
  while (scope.state === "exited") scope = scope.parent;
  return scope;
}

/** Calls `fn` with `scope` as the ambient one. */
export function callIn<A extends unknown[], T>(scope: ScopeNode, fn: (...args: A) => T, ...args: A): T {
  if (!MAKES_FRAMES) return storage.run(scope, fn, ...args);
  return new AsyncResource("AnyioScope").runInAsyncScope(callLast<A, T>, undefined, scope, fn, ...args);
}

/** {@link callIn} for what comes last in a callback of its own: there is no scope to go back to. */
function callLast<A extends unknown[], T>(scope: ScopeNode, fn: (...args: A) => T, ...args: A): T {
  storage.enterWith(scope);
  return fn(...args);
}

// Since Node.js 24 each change of a value makes a frame of some 500 bytes, and `run` makes two: to go in, and to come back.
// A resource remembers the frame to come back to. The others pretend to be some Node.js too, and have no such frames.
const MAKES_FRAMES =
  !("Bun" in globalThis) && !("Deno" in globalThis) && Number.parseInt(globalThis.process?.versions?.node ?? "") >= 24;

/** Calls `fn`, the body of `scope`, in it, and leaves the scope when the body has ended. */
export function perform<A>(scope: ScopeNode, fn: (argument: A) => unknown, argument: A): void {
  const body = fn as (argument: unknown) => unknown;
  // Scopes opened in one another without an await between them are a recursion, which must not exhaust the stack.
  if (depth === DEEPEST) {
    void DONE.then(() => performLast(scope, () => body(argument)));
    return;
  }
  depth++;
  try {
    callIn(scope, follow, scope, body, argument);
  } finally {
    depth--;
  }
}

let depth = 0;
const DEEPEST = 100;

/** {@link perform} for a callback of its own, in which nothing else comes after: there is no scope to go back to. */
export function performLast(scope: ScopeNode, fn: () => unknown): void {
  callLast(scope, follow, scope, fn, undefined);
}

function follow(scope: ScopeNode, fn: (argument: unknown) => unknown, argument: unknown): void {
  let result: unknown;
  let isPending: boolean;
  try {
    result = fn(argument);
    // It asks for a member of somebody else's object, which may throw.
    isPending = isThenable(result);
  } catch (error) {
    leave(scope, true, error);
    return;
  }
  // A class of promises of somebody else's may call back twice, and in any scope; this gives a native one for it.
  if (isPending) void Promise.resolve(result).then(finished, failed);
  else leave(scope, false, result);
}

// Two functions for all bodies: a promise remembers in which scope they were given to it.
function finished(value: unknown): void {
  leave(storage.getStore() ?? realm.root, false, value);
}

function failed(error: unknown): void {
  leave(storage.getStore() ?? realm.root, true, error);
}

function isThenable(value: unknown): boolean {
  return (
    (typeof value === "object" || typeof value === "function") &&
    value !== null &&
    typeof (value as { then?: unknown }).then === "function"
  );
}

function makeRealm(): Realm {
  const clock = new SystemClock();
  const root = new RootTask({ clock, turns: new FairTurns(clock), vars: null, pulse: new Pulse() });
  return {
    storage: new AsyncLocalStorage(),
    root,
    lastTaskId: 0,
    shuttingDown: 0,
    claimedSignals: new Map(),
    lastWords: new Set(),
    failedTasks: new WeakMap(),
  };
}
