import { isDebug } from "./debug.js";
import { textOf } from "./label.js";
import { witnessOf } from "./witnesses.js";
import { originOf } from "./origin.js";
import type { Operation, ScopeNode } from "./scope-tree.js";
import { warn } from "./warn.js";

/** Whether there is anybody to tell of what is left behind in a scope. */
export function isObserved(scope: ScopeNode): boolean {
  return isDebug() || witnessOf(scope) !== null;
}

/** Tells the witness of the scope, or in debug mode everybody, what was left behind in it, with where it began. */
export function reportFloating(scope: ScopeNode, left: Iterable<ScopeNode | Operation>): void {
  const witness = witnessOf(scope);
  for (const item of left) {
    const kind = item.isScope ? (item.task === item ? "task" : "scope") : "operation";
    const name = item.isScope ? (item.name ?? "without a name") : textOf(item.label, item.token);
    if (witness !== null) {
      witness.left(kind, name, originOf(item));
      continue;
    }
    warn(
      "ANYIO_FLOATING",
      `${kind} ${item.isScope ? `"${name}"` : name} was still pending when ` +
        `${scope.name === undefined ? "its scope" : `scope "${scope.name}"`} of task ` +
        `"${scope.task.label}" was left; await it, or start it in a task group`,
      originOf(item),
    );
  }
}
