/**
 * Child processes that never outlive their scope, nor do their descendants; and a pool of worker processes.
 *
 * A command is run to its end, or opened to be talked to. Cancelled, left open or forgotten, it is ended with all that it has started, and
 * waited for.
 */
export type { Command } from "./command.js";
export type { CompletedProcess } from "./completed-process.js";
export { CalledProcessError } from "./errors.js";
export { openProcess, type OpenedProcess } from "./open-process.js";
export { Process } from "./process.js";
export { defaultProcessLimiter } from "./process-limiter.js";
export type { ProcessOptions, Stdio } from "./process-options.js";
export { runProcess, type RunProcessOptions } from "./run-process.js";
export { type ExportedFunction, toProcess, type ToProcessOptions } from "./to-process.js";
