import { originOf } from "./internal/origin.js";
import { realm } from "./internal/realm.js";
import type { ScopeNode } from "./internal/scope-tree.js";
import type { TaskNode } from "./internal/task-node.js";
import { partsOf, type TaskParts, waitOf } from "./task-info.js";

/**
 * The tree of all tasks, for people: name, age, what each waits for, its deadline, whether it is cancelled or shielded.
 * Siblings without tasks of their own that differ in nothing but numbers are one line.
 *
 * @example
 * await run(() =>
 *   withTaskGroup(async (tg) => {
 *     for (let i = 0; i < 2; i++) tg.startSoon(() => failAfter(8_000, () => sleep(60_000)), { name: "worker" });
 *     tg.startSoon(() => shield(() => sleep(500)), { name: "cleaner" });
 *     await waitAllTasksBlocked();
 *     console.log(dumpTasks());
 *     // => root #0, outside every task
 *     //    └─ main #1, … ms, running, or awaiting a foreign promise
 *     //       ├─ worker #2 … #3 (2 tasks), … ms, waiting for sleep(60000), deadline in … s
 *     //       └─ cleaner #4, … ms, waiting for sleep(500), shielded
 *     tg.cancel();
 *   }),
 * );
 */
export function dumpTasks(): string {
  return dumpTree(realm.root);
}

/** {@link dumpTasks}, from `root` down. */
export function dumpTree(root: TaskNode): string {
  const parts = partsOf(root);
  const lines = [describe(root, parts)];
  const open: Level[] = [{ indent: "", rows: rowsOf(parts) }];
  for (let level = open.at(-1); level !== undefined; level = open.at(-1)) {
    const row = level.rows.shift();
    if (row === undefined) {
      open.pop();
      continue;
    }
    const last = level.rows.length === 0;
    lines.push(`${level.indent}${last ? "└─ " : "├─ "}${row.text}`);
    // Past some depth the lines would be all indentation.
    const indent = open.length < DEEPEST ? level.indent + (last ? "   " : "│  ") : level.indent;
    if (row.origin !== "") lines.push(...row.origin.split("\n").map((line) => indent + line.trimStart()));
    open.push({ indent, rows: rowsOf(row.parts) });
  }
  return lines.join("\n");
}

interface Level {
  readonly indent: string;
  readonly rows: Row[];
}

/** One line: a task, or several that are alike. */
interface Row {
  text: string;
  readonly parts: TaskParts;
  readonly origin: string;
}

const DEEPEST = 40;

function rowsOf({ tasks }: TaskParts): Row[] {
  const alike = new Map<string, { row: Row; first: TaskNode; count: number }>();
  for (const task of tasks) {
    const parts = partsOf(task);
    const text = describe(task, parts);
    const key = parts.tasks.length > 0 ? `#${task.id}` : text.replaceAll(/\d+(\.\d+)?( m?s\b)?/g, "#");
    const group = alike.get(key);
    if (group === undefined) alike.set(key, { row: { text, parts, origin: originOf(task) }, first: task, count: 1 });
    else {
      group.count++;
      group.row.text = describe(group.first, partsOf(group.first), `… #${task.id} (${group.count} tasks)`);
    }
  }
  return [...alike.values()].map(({ row }) => row);
}

function describe(task: TaskNode, parts: TaskParts, others?: string): string {
  const now = task.run.clock.now();
  const innermost = parts.operations.find((operation) => !operation.settled)?.parent ?? task;
  const deadline = deadlineOf(innermost);
  const facts = [`${task.label} #${task.id}${others === undefined ? "" : ` ${others}`}`];
  if (task !== realm.root) facts.push(seconds(now - task.since));
  facts.push(waitingText(task, parts));
  if (deadline !== Infinity) facts.push(`deadline ${deadline < now ? "passed" : `in ${seconds(deadline - now)}`}`);
  if (innermost.effective !== null) facts.push("cancelled");
  if (isShielded(innermost)) facts.push("shielded");
  return facts.join(", ");
}

function waitingText(task: TaskNode, parts: TaskParts): string {
  const wait = waitOf(parts);
  if (wait !== null) return `waiting for ${wait}`;
  return task === realm.root ? "outside every task" : "running, or awaiting a foreign promise";
}

/** The nearest deadline of the task's own and outer scopes, shields regarded. */
function deadlineOf(innermost: ScopeNode): number {
  let earliest = Infinity;
  for (let scope = innermost; ; scope = scope.parent) {
    earliest = Math.min(earliest, scope.deadline?.at ?? Infinity);
    if (scope.shield || scope.parent === scope) return earliest;
  }
}

function isShielded(innermost: ScopeNode): boolean {
  let scope = innermost;
  while (!scope.shield && scope !== scope.task) scope = scope.parent;
  return scope.shield;
}

function seconds(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}
