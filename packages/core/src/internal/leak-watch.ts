import { originOf, recordOrigin, trace } from "./origin.js";
import type { ScopeNode } from "./scope-tree.js";
import type { TaskNode } from "./task-node.js";

/** What was left behind. */
export interface Leak {
  readonly kind: "task" | "scope" | "operation" | "resource";
  /** What people call it. */
  readonly name: string;
  /** The stack of where it began. */
  readonly origin: string;
}

/** Takes note of what begins in a scope and does not end with it. */
export class LeakWatch {
  readonly #scope: ScopeNode;
  readonly #left: Leak[] = [];
  readonly #tasks = new Set<TaskNode>();
  readonly #resources = new Map<object, Leak>();
  readonly #endTrace = trace();
  #onTasksEnded: () => void = () => {};

  constructor(scope: ScopeNode) {
    this.#scope = scope;
    watches.set(scope, this);
  }

  /** An operation or a scope was pending when its scope was left. */
  left(kind: "task" | "scope" | "operation", name: string, origin: string): void {
    this.#left.push({ kind, name, origin });
  }

  began(task: TaskNode): void {
    this.#tasks.add(task);
  }

  opened(resource: object, name: string): void {
    // Its own stack would be remembered as long as the resource is.
    const note = {};
    recordOrigin(note);
    this.#resources.set(resource, { kind: "resource", name, origin: originOf(note) });
  }

  ended(item: object): void {
    this.#resources.delete(item);
    if (this.#tasks.delete(item as TaskNode) && this.#tasks.size === 0) this.#onTasksEnded();
  }

  /** The tasks that have not ended. */
  get tasks(): TaskNode[] {
    return [...this.#tasks];
  }

  /** The resources that are open. */
  get resources(): object[] {
    return [...this.#resources.keys()];
  }

  get leaks(): Leak[] {
    const running = this.tasks.map((task): Leak => ({ kind: "task", name: task.label, origin: originOf(task) }));
    return [...this.#left, ...running, ...this.#resources.values()];
  }

  /** Calls back when all tasks have ended. */
  onceTasksEnded(callback: () => void): void {
    this.#onTasksEnded = callback;
    if (this.#tasks.size === 0) callback();
  }

  /** Ends the watch. */
  end(): void {
    watches.delete(this.#scope);
    this.#endTrace();
  }
}

/** The innermost watch over a scope. */
export function watchOver(start: ScopeNode): LeakWatch | undefined {
  if (watches.size === 0) return undefined;
  for (let scope = start; scope.parent !== scope; scope = scope.parent) {
    const watch = watches.get(scope);
    if (watch !== undefined) return watch;
  }
  return undefined;
}

/** Tells every watch that a task or a resource has ended. */
export function noteEnded(item: object): void {
  if (watches.size === 0) return;
  for (const watch of watches.values()) watch.ended(item);
}

const watches = new Map<ScopeNode, LeakWatch>();
