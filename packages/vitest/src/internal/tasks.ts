import { dumpTasks, getRunningTasks } from "@anyio/core";

/** Whether a task, or one below it, waits for an operation of ours. */
export function waitsForOurs(taskId: number): boolean {
  const below = new Set([taskId]);
  // Parents come before their children.
  for (const { id, parentId, waitingFor } of getRunningTasks()) {
    if (parentId !== null && below.has(parentId)) below.add(id);
    if (waitingFor !== null && below.has(id)) return true;
  }
  return false;
}

/** The part of the task dump that belongs to one task; all of it where the task is not in it. */
export function dumpOf(taskId: number): string {
  const lines = dumpTasks().split("\n");
  const first = lines.findIndex((line) => line.includes(` #${taskId},`));
  if (first === -1) return lines.join("\n");
  const { length: indent } = /^[│ ]*[├└]─ /.exec(lines[first] ?? "")?.[0] ?? "";
  const next = lines.findIndex((line, i) => i > first && !/^[│ ]*$/.test(line.slice(0, indent)));
  const [own, ...below] = lines.slice(first, next === -1 ? undefined : next).map((line) => line.slice(indent));
  // Where a test's task began is somewhere in vitest.
  const origin = below.findIndex((line) => !line.startsWith("at "));
  return [own, ...(origin === -1 ? [] : below.slice(origin))].join("\n");
}
