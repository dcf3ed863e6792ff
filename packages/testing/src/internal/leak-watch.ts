import type { Witness } from "@anyio/core/lowlevel";
import type { Leak } from "../leak.js";

type Task = Parameters<Witness["began"]>[0];

/** Takes note of what begins in a scope and does not end with it. */
export class LeakWatch implements Witness {
  readonly #left: Leak[] = [];
  /** Each task that has not ended, with what tells its origin. */
  readonly #tasks = new Map<Task, () => string>();
  readonly #resources = new Map<object, Leak>();
  #onTasksEnded: () => void = () => {};

  began(task: Task, origin: () => string): void {
    this.#tasks.set(task, origin);
  }

  opened(resource: object, name: string, origin: string): void {
    this.#resources.set(resource, { kind: "resource", name, origin });
  }

  ended(item: object): void {
    this.#resources.delete(item);
    if (this.#tasks.delete(item as Task) && this.#tasks.size === 0) this.#onTasksEnded();
  }

  left(kind: "task" | "scope" | "operation", name: string, origin: string): void {
    this.#left.push({ kind, name, origin });
  }

  get leaks(): Leak[] {
    const tasks = [...this.#tasks].map(
      ([task, origin]) => ({ kind: "task", name: task.label, origin: origin() }) as const,
    );
    return [...this.#left, ...tasks, ...this.#resources.values()];
  }

  /** The tasks that have not ended. */
  get tasks(): Task[] {
    return [...this.#tasks.keys()];
  }

  /** The resources that are open. */
  get resources(): object[] {
    return [...this.#resources.keys()];
  }

  /** Calls back when all tasks have ended. */
  onceTasksEnded(callback: () => void): void {
    this.#onTasksEnded = callback;
    if (this.#tasks.size === 0) callback();
  }
}
