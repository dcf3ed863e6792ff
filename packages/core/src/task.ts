import { cancelNode, type CancelScope, nodeOf } from "./cancel-scope.js";
import { NOTHING, withoutCancellations } from "./internal/cancellations.js";
import { DONE } from "./internal/deferred.js";
import { noteBegun, noteEnded } from "./internal/witnesses.js";
import { isTracing } from "./internal/origin.js";
import { ambient, performLast, realm } from "./internal/realm.js";
import { isCancelledFromOutside, move, open } from "./internal/scope-tree.js";
import { TaskNode } from "./internal/task-node.js";

/** How a task has ended. It is cancelled only where nothing else than cancellation came out of it. */
export type TaskOutcome = "finished" | "cancelled" | "failed";

/**
 * A flow of control of its own, in a scope of its own: what task groups are made of, to be extended.
 *
 * It belongs to a scope, which does not end before the task has.
 */
export abstract class Task extends TaskNode {
  /**
   * @param scope what the task belongs to, and is cancelled with
   * @param name what errors and task dumps call it
   */
  constructor(scope: CancelScope, name: string | undefined) {
    const parent = nodeOf(scope);
    super(parent, parent.task.run, ++realm.lastTaskId, name);
    open(this, parent);
    if (isTracing()) noteBegun(this, ambient());
  }

  /** Calls `fn` in a later microtask, with the `AsyncLocalStorage` values of now. */
  begin(fn: () => unknown): void {
    const { run } = this;
    run.pulse.activity++;
    const turn = run.turns.spend() ? DONE : run.turns.next();
    void turn.then(() => performLast(this, fn));
  }

  /** Cancels the task alone. */
  cancel(reason: unknown): void {
    cancelNode(this, "cancel", reason);
  }

  /** Whether the task is cancelled, itself or with what it belongs to. */
  get isCancelled(): boolean {
    return this.effective !== null;
  }

  /** Hands the task over to another scope, whose state it takes on. */
  moveTo(scope: CancelScope): void {
    move(this, nodeOf(scope));
  }

  /** Whether what the task belongs to is cancelled, not just the task. */
  get isCancelledFromOutside(): boolean {
    return isCancelledFromOutside(this);
  }

  /** Told once, when the task and all that was pending in it has ended, with its value or its error. */
  protected abstract ended(outcome: TaskOutcome, result: unknown): void;

  /** @internal */
  override conclude(): void {
    this.run.pulse.activity++;
    const { failed, outcome } = this;
    noteEnded(this);
    if (!failed) {
      this.ended("finished", outcome);
      return;
    }
    // Not `effective`: what the task left behind is cancelled as it is left, which cancelled nothing that it did.
    const isCancelled = this.cancellation !== null || this.isCancelledFromOutside;
    const rest = isCancelled ? withoutCancellations(outcome) : outcome;
    if (rest === NOTHING) {
      this.ended("cancelled", outcome);
      return;
    }
    if (typeof rest === "object" && rest !== null) realm.failedTasks.set(rest, this.label);
    this.outcome = rest;
    this.ended("failed", rest);
  }
}

/** Cancels a scope because one of its tasks has failed: the one named, or the one that calls. */
export function cancelSiblings(scope: CancelScope, error: unknown, taskName?: string): void {
  cancelNode(nodeOf(scope), "sibling", error, taskName);
}
