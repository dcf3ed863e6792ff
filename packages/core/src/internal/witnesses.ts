import { originOf, recordOrigin, trace } from "./origin.js";
import type { ScopeNode } from "./scope-tree.js";
import type { TaskNode } from "./task-node.js";
import type { Witness } from "../witness.js";

const witnesses = new Map<ScopeNode, Witness<TaskNode>>();

/** Has a witness told of what happens in a scope, until the returned function is called. */
export function addWitness(scope: ScopeNode, witness: Witness<TaskNode>): () => void {
  const endTrace = trace();
  witnesses.set(scope, witness);
  return () => {
    witnesses.delete(scope);
    endTrace();
  };
}

/** The innermost witness of what happens in a scope. */
export function witnessOf(start: ScopeNode): Witness<TaskNode> | undefined {
  if (witnesses.size === 0) return undefined;
  for (let scope = start; scope.parent !== scope; scope = scope.parent) {
    const witness = witnesses.get(scope);
    if (witness !== undefined) return witness;
  }
  return undefined;
}

/** Records where a task has begun, and tells whoever witnesses it. */
export function noteBegun(task: TaskNode, scope: ScopeNode): void {
  recordOrigin(task);
  witnessOf(scope)?.began(task, () => originOf(task));
}

/** Tells all witnesses that a task or a resource has ended. */
export function noteEnded(item: object): void {
  if (witnesses.size > 0) for (const witness of witnesses.values()) witness.ended(item);
}
