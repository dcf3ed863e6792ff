import { textOf } from "./internal/label.js";
import { ambient, realm } from "./internal/realm.js";
import { dependentsOf, type Operation, type ScopeNode } from "./internal/scope-tree.js";
import type { TaskNode } from "./internal/task-node.js";

/** What can be told of a task; a snapshot. */
export interface TaskInfo {
  readonly id: number;
  /** The task it was started by; null for none. */
  readonly parentId: number | null;
  readonly name: string;
  /** What it waits for; null where it runs, or awaits something that is not of this library. */
  readonly waitingFor: string | null;
  /** When it was started, in whole ms of `currentTime()`. */
  readonly since: number;
}

/** A task, to remember who did something: costs nothing to take, unlike a {@link TaskInfo}. */
export interface TaskReference {
  readonly id: number;
  /** What people call it. */
  readonly label: string;
}

/**
 * The task that calls, to remember it.
 *
 * @example
 * const owner = currentTask();
 * taskInfo(owner).name; // => "root"
 */
export function currentTask(): TaskReference {
  return ambient().task;
}

/** What can be told of a task now, also when it has ended. */
export function taskInfo(task: TaskReference): TaskInfo {
  return infoOf(task as TaskNode);
}

/**
 * The task that calls. Code outside every `run()` and task group belongs to one task called "root".
 *
 * @example
 * await run(() => getCurrentTask().name, { name: "server" }); // => "server"
 */
export function getCurrentTask(): TaskInfo {
  return infoOf(ambient().task);
}

/**
 * All tasks of the process that have begun and not ended, parents before children.
 *
 * @example
 * await run(() => getRunningTasks().map((task) => task.name), { name: "server" }); // => ["server"]
 */
export function getRunningTasks(): TaskInfo[] {
  const tasks: TaskNode[] = [...partsOf(realm.root).tasks];
  // The array grows while it is walked.
  for (const task of tasks) for (const inner of partsOf(task).tasks) tasks.push(inner);
  return tasks.map(infoOf);
}

/** What is in a task: the operations it waits for, and the tasks that belong to one of its scopes. */
export interface TaskParts {
  readonly operations: Operation[];
  readonly tasks: TaskNode[];
}

export function partsOf(task: TaskNode): TaskParts {
  const parts: TaskParts = { operations: [], tasks: [] };
  const scopes: ScopeNode[] = [task];
  for (const scope of scopes) {
    for (const item of dependentsOf(scope)) {
      if (!item.isScope) parts.operations.push(item);
      else if (item.task === item) parts.tasks.push(item as TaskNode);
      else scopes.push(item);
    }
  }
  return parts;
}

function infoOf(task: TaskNode): TaskInfo {
  const { id, label, since } = task;
  const parentId = task.parent.task.id;
  return { id, parentId: parentId === 0 ? null : parentId, name: label, waitingFor: waitOf(partsOf(task)), since };
}

/** What a task waits for, in words. */
export function waitOf({ operations }: TaskParts): string | null {
  const [first, ...others] = operations.filter((operation) => !operation.settled);
  if (first === undefined) return null;
  return others.length === 0
    ? textOf(first.label, first.token)
    : `${textOf(first.label, first.token)} and ${others.length} more`;
}
