/**
 * The kernel of structured concurrency for plain `async`/`await`: cancel scopes, deadlines, checkpoints, `run` and errors.
 *
 * Code runs in scopes. A scope can be cancelled, by hand, by a deadline or by a signal; it then stays cancelled, every
 * operation in it fails, and it returns when all that began in it has ended.
 */
export { abandonOnCancel, currentSignal, withSignal } from "./abort-bridges.js";
export { CancelScope, type CancelScopeOptions, type DeadlineScope } from "./cancel-scope.js";
export { CancelledError, type CancelSource } from "./cancelled-error.js";
export { dumpTasks } from "./dump-tasks.js";
export {
  AnyioError,
  BrokenResourceError,
  BrokenWorkerError,
  BusyResourceError,
  ClosedResourceError,
  EndOfStreamError,
  InvalidStateError,
  TimeoutError,
  TypedAttributeLookupError,
  WouldBlockError,
} from "./errors.js";
export { ExceptionGroup, type Matcher } from "./exception-group.js";
export { type Closable, forceClose } from "./force-close.js";
export { type GroupClause, handleGroup, on } from "./handle-group.js";
export { isCancelled, rethrowIfCancelled } from "./is-cancelled.js";
export { run, type RunOptions } from "./run.js";
export type { SignalName } from "./signal-name.js";
export { sleep, sleepForever, sleepUntil } from "./sleep.js";
export { getCurrentTask, getRunningTasks, type TaskInfo } from "./task-info.js";
export { currentEffectiveDeadline, currentTime, remaining } from "./time.js";
export { failAfter, failAt, type FailOptions, moveOnAfter, moveOnAt, type MoveOnOptions, shield } from "./timeouts.js";
export {
  type ExtraAttributes,
  type TypedAttribute,
  typedAttribute,
  TypedAttributeProvider,
} from "./typed-attributes.js";
export { waitAllTasksBlocked } from "./wait-all-tasks-blocked.js";
