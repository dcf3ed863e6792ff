import type { CancelScope } from "@anyio/core";
import { quietly } from "@anyio/core/lowlevel";
import { Group } from "./internal/group.js";
import type { TaskHandle } from "./task-handle.js";
import type { TaskStatus } from "./task-status.js";

export interface TaskGroupOptions {
  /** What errors and task dumps call it. */
  name?: string;
  /** "natural": one error is thrown as itself, several as an `ExceptionGroup`. "group": always an `ExceptionGroup`. */
  errors?: "natural" | "group";
}

export interface TaskOptions {
  /** What errors and task dumps call it; the function's name unless given. */
  name?: string;
  /** A task that does not keep the group open: it is cancelled when all others have ended. */
  service?: boolean;
}

/** Tasks that end together. It may be used from any task, and from callbacks. */
export interface TaskGroup {
  /** The scope of the body and of all tasks. */
  readonly cancelScope: CancelScope;
  /**
   * Starts a task; `fn` is called in a later microtask, with the `AsyncLocalStorage` values of now. In a cancelled group it still runs to its first
   * cancellation point, so that it can clean up.
   *
   * @throws {InvalidStateError} when the group has ended
   */
  startSoon<T>(fn: () => T | PromiseLike<T>, options?: TaskOptions): TaskHandle<T>;
  /**
   * Starts a task and waits until it is ready: until it calls `status.started(value)`.
   *
   * **Cancellation:** until it is ready the task belongs to the caller's scope and is cancelled with it; then to the group.
   *
   * @returns what the task was ready with, or with `returnHandle` its handle
   * @throws {InvalidStateError} when the task ends without having been ready, or the group has ended
   * @throws the task's own error when it fails before it is ready; the group does not fail for it
   * @example
   * const serve = async (status: TaskStatus<number>) => {
   *   status.started(8080);
   *   await sleepForever();
   * };
   * await withTaskGroup(async (tg) => {
   *   const port = await tg.start(serve);
   *   console.log(port); // => 8080
   *   tg.cancel();
   * });
   */
  start<S = void>(fn: (status: TaskStatus<S>) => unknown, options?: TaskOptions & { returnHandle?: false }): Promise<S>;
  start<S = void, T = unknown>(
    fn: (status: TaskStatus<S>) => T | PromiseLike<T>,
    options: TaskOptions & { returnHandle: true },
  ): Promise<TaskHandle<T, S>>;
  /** Cancels the group; it ends without an error then. */
  cancel(reason?: unknown): void;
}

/**
 * Calls `fn` with a new task group, and returns when `fn` and all tasks of the group have ended.
 *
 * The first failure cancels the rest. One error is thrown as itself; several are thrown as an `ExceptionGroup`, in the order in which they
 * happened. AnyIO throws a group in any case; `errors: "group"` does so here.
 *
 * **Cancellation:** entering is no cancellation point. One from outside cancels all tasks and travels on.
 *
 * @returns what `fn` returns, or `undefined` when the group was cancelled and `fn` ended by that
 * @example
 * const events: string[] = [];
 * await withTaskGroup((tg) => {
 *   tg.startSoon(async () => {
 *     await sleep(10);
 *     events.push("a task has ended");
 *   });
 *   events.push("the body has ended");
 * });
 * events; // => ["the body has ended", "a task has ended"]
 * @see anyio.create_task_group
 */
export function withTaskGroup<T>(
  fn: (tg: TaskGroup) => T | PromiseLike<T>,
  options?: TaskGroupOptions,
): Promise<T | undefined> {
  const { errors } = options ?? {};
  if (errors !== undefined && errors !== "natural" && errors !== "group") {
    return Promise.reject(new TypeError(`errors must be "natural" or "group", not ${String(errors)}`));
  }
  return quietly(new Group(options).run(fn));
}
