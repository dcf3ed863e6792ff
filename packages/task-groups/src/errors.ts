import { AnyioError } from "@anyio/core";

/** Thrown when the result of a cancelled task is asked for. */
export class TaskCancelledError extends AnyioError {
  static {
    this.brand(this, "TaskCancelledError", "ERR_ANYIO_TASK_CANCELLED");
  }

  /** @param taskName the task that has no result */
  constructor(
    readonly taskName: string,
    options?: ErrorOptions,
  ) {
    super(`task "${taskName}" was cancelled and has no result; its cause says who cancelled it`, options);
  }
}

/** Thrown when the result of a task is asked for before it has ended. */
export class TaskNotFinishedError extends AnyioError {
  static {
    this.brand(this, "TaskNotFinishedError", "ERR_ANYIO_TASK_NOT_FINISHED");
  }

  /** @param taskName the task that is still running */
  constructor(readonly taskName: string) {
    super(`task "${taskName}" has not finished; await its handle's wait() or result() first`);
  }
}
