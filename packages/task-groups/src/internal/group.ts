import { CancelScope, currentEffectiveDeadline, ExceptionGroup, InvalidStateError } from "@anyio/core";
import {
  cancelSiblings,
  currentScope,
  NOTHING,
  suspendShielded,
  type Suspension,
  type TaskOutcome,
  withoutCancellations,
} from "@anyio/core/lowlevel";
import type { TaskGroup, TaskGroupOptions, TaskOptions } from "../task-group.js";
import { TaskHandle } from "../task-handle.js";
import type { TaskStatus } from "../task-status.js";
import { GroupTask, type OnEnded, type Owner, type Readiness } from "./group-task.js";
import { checkCallable } from "./thunks.js";

/**
 * A scope that waits for its tasks, and makes one result of all their ends.
 *
 * 1. Failures are what tasks and body threw apart from cancellations, each once, in order of their coming.
 * 2. A cancellation that ended the body or a task is not thrown where it was the group's own: the scope absorbs it.
 */
export class Group implements TaskGroup, Owner {
  readonly cancelScope: CancelScope;
  readonly #name: string | undefined;
  readonly #wrapsAll: boolean;
  readonly #failures = new Set<unknown>();
  #interruption: unknown = NOTHING;
  #running = 0;
  readonly #services = new Set<GroupTask>();
  /** The services that are still to be ended, last started last; null until it comes to that. */
  #teardown: GroupTask[] | null = null;
  #joiner: Suspension<void> | null = null;
  #state: "open" | "ended" = "open";

  constructor({ name, errors = "natural" }: TaskGroupOptions = {}) {
    this.#name = name;
    this.#wrapsAll = errors === "group";
    this.cancelScope = new CancelScope(name === undefined ? {} : { name });
  }

  async run<T>(fn: (group: this) => T | PromiseLike<T>): Promise<T | undefined> {
    checkCallable("fn", fn);
    let value: T | undefined;
    await this.cancelScope.run(async () => {
      try {
        value = await fn(this);
      } catch (error) {
        this.#bodyFailed(error);
      }
      await this.#join();
      if (this.#failures.size === 0 && this.#interruption !== NOTHING) throw this.#interruption;
    });
    if (this.#failures.size > 0) throw this.#failure();
    return value;
  }

  cancel(reason?: unknown): void {
    this.cancelScope.cancel(reason);
  }

  startSoon<T>(fn: () => T | PromiseLike<T>, options?: TaskOptions): TaskHandle<T> {
    checkCallable("fn", fn);
    return this.spawn(fn, null, options);
  }

  /** {@link startSoon} for combinators, which want to know of the end. */
  spawn<T>(fn: () => T | PromiseLike<T>, onEnded: OnEnded | null, options?: TaskOptions): TaskHandle<T> {
    this.#checkOpen();
    const task = new GroupTask(this, this.cancelScope, options?.name ?? nameOf(fn), options?.service ?? false);
    task.onEnded = onEnded;
    this.#admit(task);
    task.begin(fn);
    return new TaskHandle(task);
  }

  start<S, T>(
    fn: (status: TaskStatus<S>) => T | PromiseLike<T>,
    options: TaskOptions & { returnHandle?: boolean } = {},
  ): Promise<never> {
    try {
      checkCallable("fn", fn);
      this.#checkOpen();
    } catch (error) {
      return Promise.reject(error);
    }
    const task = new GroupTask(this, currentScope(), options.name ?? nameOf(fn), options.service ?? false);
    const readiness: Readiness = { caller: null, value: undefined, holds: this.#isInService(task) ? 0 : 1 };
    task.readiness = readiness;
    this.#running += readiness.holds;
    const started = (value?: unknown): void => {
      const { caller } = readiness;
      if (caller === null) {
        throw new InvalidStateError(`task "${task.label}" called started() twice or after its end; call it once`);
      }
      readiness.caller = null;
      readiness.value = value;
      task.moveTo(this.cancelScope);
      this.#admit(task);
      this.#running -= readiness.holds;
      this.#wakeJoiner();
      caller.resume(options.returnHandle ? new TaskHandle(task) : value);
    };
    return suspendShielded<never>(`task "${task.label}" to be ready`, (waiter) => {
      readiness.caller = waiter;
      task.begin(() => fn({ started }));
    });
  }

  taskEnded(task: GroupTask, outcome: TaskOutcome, result: unknown): void {
    if (task.readiness?.caller) this.#failStart(task, task.readiness, outcome, result);
    else {
      if (outcome === "failed") this.#fail(result, task.label);
      else if (outcome === "cancelled" && task.isCancelledFromOutside) this.#interrupt(result);
      if (!this.#services.delete(task)) this.#running--;
    }
    this.#wakeJoiner();
  }

  #failStart(task: GroupTask, readiness: Readiness, outcome: TaskOutcome, result: unknown): void {
    readiness.caller?.throw(
      outcome === "finished"
        ? new InvalidStateError(`task "${task.label}" ended without calling started(); call it when the task is ready`)
        : result,
    );
    readiness.caller = null;
    this.#running -= readiness.holds;
  }

  /** Whether a task that is not ready yet was started from within a service: it ends with that, and keeps nothing open. */
  #isInService(task: GroupTask): boolean {
    let scope = task.parent;
    while (scope !== scope.parent && !this.#services.has(scope as GroupTask)) scope = scope.parent;
    return scope !== scope.parent;
  }

  #bodyFailed(error: unknown): void {
    const isCancelled = currentEffectiveDeadline() === -Infinity;
    const rest = isCancelled ? withoutCancellations(error) : error;
    if (rest === NOTHING) this.#interrupt(error);
    else this.#fail(rest);
  }

  #fail(error: unknown, taskName?: string): void {
    this.#failures.add(error);
    cancelSiblings(this.cancelScope, error, taskName);
  }

  #interrupt(error: unknown): void {
    if (this.#interruption === NOTHING) this.#interruption = error;
  }

  #failure(): unknown {
    const [first, ...others] = this.#failures;
    if (others.length === 0 && !this.#wrapsAll) return first;
    const title = this.#name === undefined ? "tasks failed" : `tasks of group "${this.#name}" failed`;
    return new ExceptionGroup(this.#failures, title, { cause: first });
  }

  #checkOpen(): void {
    if (this.#state === "open") return;
    const group = this.#name === undefined ? "the task group" : `task group "${this.#name}"`;
    throw new InvalidStateError(
      `${group} has ended; start tasks before its body and its tasks have ended, or open a new group`,
    );
  }

  #admit(task: GroupTask): void {
    if (!task.isService) this.#running++;
    else {
      this.#services.add(task);
      this.#teardown?.push(task);
    }
  }

  #wakeJoiner(): void {
    if (this.#running === 0) this.#joiner?.resume();
  }

  /**
   * Waits for the ordinary tasks, then ends the services, each before the one that was started before it.
   *
   * Between the last look at the tasks and the end of the group nobody else may run: a task started there would be cut off.
   */
  async #join(): Promise<void> {
    const label = (): string => {
      const count = this.#running + this.#services.size;
      return count === 1 ? "1 task" : `${count} tasks`;
    };
    let service: GroupTask | undefined;
    for (;;) {
      if (this.#running > 0 || service?.status === "pending") {
        await suspendShielded<void>(label, (waiter) => (this.#joiner = waiter));
        continue;
      }
      service = (this.#teardown ??= [...this.#services]).pop();
      if (service === undefined) break;
      service.cancel("all other tasks of the group have ended");
    }
    this.#state = "ended";
  }
}

function nameOf(fn: { name: string }): string | undefined {
  return fn.name === "" ? undefined : fn.name;
}
