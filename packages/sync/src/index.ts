/**
 * Events, futures, locks, conditions, semaphores and capacity limiters that are fair and survive cancellation.
 *
 * Whoever came first is served first, what comes free is handed to the head of the queue, and a cancelled waiter takes
 * nothing with it.
 */
export { CapacityLimiter, type CapacityLimiterStatistics } from "./capacity-limiter.js";
export { Condition, type ConditionStatistics } from "./condition.js";
export { FutureAlreadyFinishedError, FutureCancelledError, FutureNotFinishedError } from "./errors.js";
export { Event, type EventStatistics } from "./event.js";
export { Future } from "./future.js";
export type { Lease } from "./lease.js";
export { Lock, type LockStatistics } from "./lock.js";
export { ResourceGuard } from "./resource-guard.js";
export { Semaphore, type SemaphoreOptions, type SemaphoreStatistics } from "./semaphore.js";
