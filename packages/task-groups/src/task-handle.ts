import { InvalidStateError, isCancelled } from "@anyio/core";
import { checkpoint } from "@anyio/core/lowlevel";
import { TaskCancelledError, TaskNotFinishedError } from "./errors.js";
import type { GroupTask } from "./internal/group-task.js";

/**
 * A task seen from outside: its state, its result, and the means to cancel it alone. It is not thenable, so that returning it from an async function
 * does not await the task.
 *
 * As a resource it is closed by cancelling the task and waiting for it.
 *
 * @typeParam T what the task returns
 * @typeParam S what it was ready with, where `start()` started it
 * @example
 * await withTaskGroup(async (tg) => {
 *   const handle = tg.startSoon(() => sleepForever());
 *   handle.cancel();
 *   await handle.wait();
 *   return handle.status;
 * }); // => "cancelled"
 */
export class TaskHandle<out T, out S = never> implements AsyncDisposable {
  readonly #task: GroupTask;

  /** @internal */
  constructor(task: GroupTask) {
    this.#task = task;
  }

  /** What people call the task. */
  get name(): string {
    return this.#task.label;
  }

  /** "cancelling" is a task that was cancelled and has not ended yet. */
  get status(): "pending" | "cancelling" | "finished" | "cancelled" | "failed" {
    const { status, isCancelled } = this.#task;
    return status === "pending" && isCancelled ? "cancelling" : status;
  }

  /**
   * What the task returned.
   *
   * @throws {TaskNotFinishedError} when it has not ended
   * @throws {TaskCancelledError} when it was cancelled
   * @throws the task's own error when it failed
   */
  get returnValue(): T {
    const { status, outcome } = this.#task;
    if (status === "finished") return outcome as T;
    if (status === "failed") throw outcome;
    throw this.#missing();
  }

  /**
   * What the task failed with; undefined when it finished.
   *
   * @throws {TaskNotFinishedError} when it has not ended
   * @throws {TaskCancelledError} when it was cancelled
   */
  get error(): unknown {
    const { status, outcome } = this.#task;
    if (status === "finished") return undefined;
    if (status === "failed") return outcome;
    throw this.#missing();
  }

  /**
   * What the task was ready with.
   *
   * @throws {InvalidStateError} when it was started by `startSoon()`
   */
  get startValue(): S {
    const { readiness } = this.#task;
    if (readiness === null) {
      throw new InvalidStateError(`task "${this.name}" has no start value; start it with start() to get one`);
    }
    return readiness.value as S;
  }

  /** Waits for the end of the task, whatever it is. **Cancellation:** ends the wait, not the task. */
  wait(): Promise<void> {
    if (this.#task.status !== "pending") return checkpoint();
    return this.#task.wait(() => `task "${this.name}"`);
  }

  /**
   * Waits for the task and returns what it returned.
   *
   * **Cancellation:** ends the wait, not the task.
   *
   * @throws as {@link returnValue} does
   */
  result(): Promise<T> {
    const result = this.wait().then(() => this.returnValue);
    // The group throws the task's error in any case.
    result.catch(() => {});
    return result;
  }

  /** Cancels the task alone; the group goes on. */
  cancel(reason?: unknown): void {
    this.#task.cancel(reason);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cancel();
    try {
      await this.wait();
    } catch (error) {
      // Closing always closes: the task is cancelled, and its group waits for it.
      if (!isCancelled(error)) throw error;
    }
  }

  #missing(): Error {
    const { status, outcome } = this.#task;
    return status === "pending"
      ? new TaskNotFinishedError(this.name)
      : new TaskCancelledError(this.name, { cause: outcome });
  }
}
