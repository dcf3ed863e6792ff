import { AsyncLocalStorage } from "node:async_hooks";
import type { ScopeNode } from "./scope-tree.js";
import { SystemClock } from "./system-clock.js";
import { TaskNode } from "./task-node.js";
import { FairTurns } from "./turns.js";

/** What there is one of in a process, however many copies of this package are loaded. */
interface Realm {
  readonly storage: AsyncLocalStorage<ScopeNode>;
  /** The scope outside every scope: never cancelled, never left. */
  readonly root: TaskNode;
  lastTaskId: number;
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
export function callIn<A, T>(scope: ScopeNode, fn: (argument: A) => T, argument: A): T {
  return storage.run(scope, fn, argument);
}

function makeRealm(): Realm {
  const clock = new SystemClock();
  const root = new TaskNode(null, { clock, turns: new FairTurns(clock), vars: null, activity: 0 }, 0, "root");
  root.parent = root;
  root.state = "open";
  return { storage: new AsyncLocalStorage(), root, lastTaskId: 0, failedTasks: new WeakMap() };
}
