import { getCurrentTask, getRunningTasks, type TaskInfo } from "@anyio/core";

/** All running tasks but the one that calls and those it runs in, which are the test and its file. Parents come before children. */
export function otherTasks(): TaskInfo[] {
  const tasks = getRunningTasks();
  const own = new Set<number | null>();
  let { id, parentId } = getCurrentTask();
  for (own.add(id); parentId !== null; own.add(id)) {
    const parent = tasks.find((task) => task.id === parentId);
    if (parent === undefined) throw new Error(`task ${id} runs, but ${parentId}, which it is part of, does not`);
    ({ id, parentId } = parent);
  }
  return tasks.filter((task) => !own.has(task.id));
}
