/**
 * Task groups and combinators: tasks that end together, whose errors all arrive.
 *
 * A group returns when its body and all its tasks have ended. The first failure cancels the rest.
 */
export { amap, type AmapOptions } from "./amap.js";
export { asCompleted } from "./as-completed.js";
export { TaskCancelledError, TaskNotFinishedError } from "./errors.js";
export { gather } from "./gather.js";
export type { Results, Thunks } from "./internal/thunks.js";
export { race } from "./race.js";
export { type TaskGroup, type TaskGroupOptions, type TaskOptions, withTaskGroup } from "./task-group.js";
export { TaskHandle } from "./task-handle.js";
export { TASK_STATUS_IGNORED, type TaskStatus } from "./task-status.js";
