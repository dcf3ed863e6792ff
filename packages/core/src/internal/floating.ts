import type { Operation, ScopeNode } from "./scope-tree.js";
import { originOf } from "./origin.js";
import { textOf } from "./label.js";
import { warn } from "./warn.js";

/** Debug mode: names what was left behind in a scope, with where it began. */
export function reportFloating(scope: ScopeNode, left: Iterable<ScopeNode | Operation>): void {
  for (const item of left) {
    if (!item.isScope && item.settled) continue;
    const what = item.isScope ? `scope "${item.name ?? "unnamed"}"` : `operation ${textOf(item.label, item.token)}`;
    warn(
      "ANYIO_FLOATING",
      `${what} was still pending when ${scope.name === undefined ? "its scope" : `scope "${scope.name}"`} of task ` +
        `"${scope.task.label}" was left; await it, or start it in a task group`,
      originOf(item),
    );
  }
}
