import type { Witness } from "../witness.js";
import { isTraced, originOf, recordOrigin } from "./origin.js";
import type { ScopeNode } from "./scope-tree.js";
import type { TaskNode } from "./task-node.js";
import { tracing, type Watch } from "./tracing.js";

/** Has a witness told of what happens in a scope that is to be entered, until the returned function is called; with null, nobody. */
export function addWitness(scope: ScopeNode, witness: Witness<TaskNode> | null): () => void {
  const watch: Watch = { witness };
  scope.watch = watch;
  if (witness === null) return () => {};
  tracing.watches.add(watch);
  return () => void tracing.watches.delete(watch);
}

/** The witness of what happens in a scope, if there is one. */
export function witnessOf({ watch }: ScopeNode): Witness<TaskNode> | null {
  return watch !== null && tracing.watches.has(watch) ? watch.witness : null;
}

/** Records where a task has begun that was started in a scope, and tells whoever witnesses it. */
export function noteBegun(task: TaskNode, scope: ScopeNode): void {
  if (!isTraced(scope)) return;
  recordOrigin(task);
  witnessOf(scope)?.began(task, () => originOf(task));
}

/** Tells all witnesses that a task or a resource has ended. */
export function noteEnded(item: object): void {
  if (tracing.watches.size > 0) for (const { witness } of tracing.watches) witness?.ended(item);
}
