import { dependentsOf, type ScopeNode } from "./scope-tree.js";

/** Whether all in a task, and in the tasks below it, waits for operations of this library, of which none can come by itself. */
export function isParked(main: ScopeNode): boolean {
  const scopes = [main];
  const waiting = new Set<ScopeNode>();
  // The array grows while it is walked.
  for (const scope of scopes) {
    // A scope that is being left waits for what is in it.
    if (scope.state === "leaving") waiting.add(scope.task);
    for (const item of dependentsOf(scope)) {
      if (item.isScope) {
        scopes.push(item);
        if (item.task === item && item.task.isAwaited) waiting.add(scope.task);
      } else if (item.isForeign || item.settled) return false;
      else waiting.add(item.parent.task);
    }
  }
  return scopes.every(({ task }) => waiting.has(task));
}
