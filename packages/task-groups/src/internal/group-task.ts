import type { CancelScope } from "@anyio/core";
import { type Suspension, Task, type TaskOutcome, WaitQueue } from "@anyio/core/lowlevel";

/** Who is told of a group's tasks. */
export interface Owner {
  taskEnded(task: GroupTask, outcome: TaskOutcome, result: unknown): void;
}

/** Told of a task's end; for combinators. */
export type OnEnded = (outcome: TaskOutcome, result: unknown) => void;

/** A task of a group, and what has become of it. */
export class GroupTask extends Task {
  readonly #owner: Owner;
  readonly isService: boolean;
  outcome: TaskOutcome | "pending" = "pending";
  result: unknown = undefined;
  startValue: unknown = undefined;
  /** The call of `start()` that waits for this task to be ready. */
  starter: Suspension<unknown> | null = null;
  onEnded: OnEnded | null = null;
  #waiters: WaitQueue | null = null;

  constructor(owner: Owner, scope: CancelScope, name: string | undefined, isService: boolean) {
    super(scope, name);
    this.#owner = owner;
    this.isService = isService;
  }

  /** Waits for the end of the task, whatever it is. */
  wait(label: () => string): Promise<void> {
    this.#waiters ??= new WaitQueue();
    return this.#waiters.wait(label);
  }

  protected override ended(outcome: TaskOutcome, result: unknown): void {
    this.outcome = outcome;
    this.result = result;
    this.onEnded?.(outcome, result);
    this.#owner.taskEnded(this, outcome, result);
    this.#waiters?.wakeAll();
  }
}
