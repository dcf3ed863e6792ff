/** What a person needs to write a new primitive. */
export { atExit } from "./at-exit.js";
export type { Backend, Clock, ClockedRun, Scheduler } from "./backend.js";
export { claimSignal } from "./claim-signal.js";
export { cancelShieldedCheckpoint, checkpoint, checkpointIfCancelled } from "./checkpoint.js";
export { bindScope, currentScope } from "./current-scope.js";
export { entrust } from "./entrust.js";
export { inFlight } from "./in-flight.js";
export { immediate } from "./immediate.js";
export { NOTHING, withoutCancellations } from "./internal/cancellations.js";
export { type ModuleExport, moduleExport, moduleExportOf } from "./module-export.js";
export { noteClosed, noteOpened } from "./open-resources.js";
export { quietly } from "./quietly.js";
export { RunVar } from "./run-var.js";
export { suspend, suspendForeign, suspendShielded, type Suspension } from "./suspend.js";
export { cancelSiblings, Task, type TaskOutcome } from "./task.js";
export { currentTask, taskInfo, type TaskReference } from "./task-info.js";
export { WaitQueue } from "./wait-queue.js";
export { type Witness, witness } from "./witness.js";
