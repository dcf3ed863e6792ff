import { type CancelScope, nodeOf } from "./cancel-scope.js";
import { addWitness } from "./internal/witnesses.js";
import type { Task } from "./task.js";

/** Somebody who is told of what begins in a scope, and of what ends: for checks of leaks. An origin is the stack of where something began. */
export interface Witness<T = Pick<Task, "label" | "cancel">> {
  /** A task was started there, which may belong to a scope outside. Its origin takes a while to be told, so ask for it only when it is wanted. */
  began(task: T, origin: () => string): void;
  /** A resource was opened there, see {@link noteOpened}. */
  opened(resource: object, name: string, origin: string): void;
  /** A task or a resource has ended, there or elsewhere. */
  ended(item: object): void;
  /** Something was pending when its scope, which is that one or inside of it, was left; it has been cancelled. */
  left(kind: "task" | "scope" | "operation", name: string, origin: string): void;
}

/**
 * Has a witness told of what happens in a scope that has not been entered yet, and in all inside of it, but for those with a witness of their
 * own. Origins are recorded meanwhile.
 *
 * @param witness null has nobody told, also where a scope outside has a witness
 *
 * @returns ends that
 * @example
 * const left: string[] = [];
 * const [began, opened, ended] = [() => {}, () => {}, () => {}];
 * const scope = new CancelScope();
 * const end = witness(scope, { began, opened, ended, left: (kind, name) => left.push(`${kind} ${name}`) });
 * await scope.run(() => void sleep(1000));
 * end();
 * left; // => ["operation sleep(1000)"]
 */
export function witness(scope: CancelScope, witness: Witness | null): () => void {
  return addWitness(nodeOf(scope), witness === null ? null : (witness as Witness<unknown>));
}
