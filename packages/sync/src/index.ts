/**
 * Events, futures, locks, conditions, semaphores and capacity limiters that are fair and survive cancellation.
 *
 * Whoever came first is served first, what is handed over is handed to the head of the queue, and a cancelled waiter takes
 * nothing with it.
 */
export { Event, type EventStatistics } from "./event.js";
export type { Lease } from "./lease.js";
export { Lock, type LockStatistics } from "./lock.js";
export { Semaphore, type SemaphoreOptions, type SemaphoreStatistics } from "./semaphore.js";
