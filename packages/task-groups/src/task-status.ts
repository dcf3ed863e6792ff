/** How a task that was started with `start()` tells that it is ready. */
export interface TaskStatus<S = void> {
  /**
   * Lets `start()` return, with `value`; from here on the task belongs to the group.
   *
   * @throws {InvalidStateError} when it was called before, or the task has ended
   */
  started(...value: S extends void ? [] : [S]): void;
}

/** For calling a function that reports its readiness where nobody wants to know. */
// oxlint-disable-next-line no-explicit-any -- it has to fit every TaskStatus<S>, and S is in a contravariant place.
export const TASK_STATUS_IGNORED: TaskStatus<any> = { started() {} };
