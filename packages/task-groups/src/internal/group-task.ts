import type { CancelScope } from "@anyio/core";
import { type Suspension, Task, type TaskOutcome, WaitQueue } from "@anyio/core/lowlevel";

/** Who is told of a group's tasks. */
export interface Owner {
  taskEnded(task: GroupTask, outcome: TaskOutcome, result: unknown): void;
}

/** Told of a task's end; for combinators. */
export type OnEnded = (outcome: TaskOutcome, result: unknown) => void;

/** Where a task that `start()` has started is on its way: its caller waits, or it is ready with a value. */
export interface Readiness {
  caller: Suspension<unknown> | null;
  value: unknown;
  /** How many ordinary tasks of the group it counts for until it is ready. */
  readonly holds: 0 | 1;
}

/** A task of a group, and what has become of it. */
export class GroupTask extends Task {
  readonly #owner: Owner;
  readonly isService: boolean;
  status: TaskOutcome | "pending" = "pending";
  readiness: Readiness | null = null;
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
    this.status = outcome;
    // Keep this first: whoever waits is told how the task ended, not that its failure has cancelled the group.
    this.#waiters?.wakeAll();
    this.onEnded?.(outcome, result);
    this.#owner.taskEnded(this, outcome, result);
  }
}
