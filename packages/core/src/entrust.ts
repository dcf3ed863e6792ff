import { DONE } from "./internal/deferred.js";
import { Holding } from "./internal/holding.js";
import type { Label } from "./internal/label.js";
import { ambient, realm } from "./internal/realm.js";
import { attach, type ScopeNode } from "./internal/scope-tree.js";

/**
 * Entrusts an open resource to the task that calls: it does not end before the resource has. When the task is being left, `end` is called,
 * in it, and the task waits until the returned function says that the resource is closed. For what must not outlive whoever opened it, and
 * takes its time to end: a process, a temporary directory.
 *
 * **Cancellation:** none of its business; code that is cancelled may still need the resource. `end` is called when the task has ended.
 *
 * @param what what a task dump says the task waits for then
 * @param end begins to end the resource; called once at most, and never before `entrust` has returned
 * @param to who is entrusted: the task, or the innermost scope, or the outermost `run()`; outside `run()` it is the process, which never asks
 * @returns says that the resource is closed; calling it again does nothing
 * @example
 * const events: string[] = [];
 * await run(() => {
 *   const closed = entrust("a lamp to go out", () => {
 *     events.push("switched off");
 *     setTimeout(() => closed(events.push("out")), 10);
 *   });
 *   events.push("the main function has ended");
 * });
 * events; // => ["the main function has ended", "switched off", "out"]
 */
export function entrust(
  what: Label,
  end: () => void,
  to: "scope" | "task" | "run" = "task",
): (...ignored: unknown[]) => void {
  const scope = holderOf(to);
  const holding = new Holding(scope, what, end);
  attach(scope, holding);
  let isOpen = true;
  // Somebody who was left behind may still open things.
  if (scope.state === "leaving") void DONE.then(() => isOpen && holding.scopeLeft());
  return () => {
    if (isOpen) holding.release();
    isOpen = false;
  };
}

function holderOf(to: "scope" | "task" | "run"): ScopeNode {
  const scope = ambient();
  if (to === "scope") return scope;
  return to === "task" ? scope.task : runOf(scope);
}

/** The outermost `run()` around a scope; what is in none belongs to the process. */
function runOf(scope: ScopeNode): ScopeNode {
  if (isOutside(scope)) return realm.root;
  let node = scope;
  while (!isOutside(node.parent)) node = node.parent;
  return node;
}

function isOutside({ task }: ScopeNode): boolean {
  return task.run === realm.root.run;
}
