/**
 * Functions in worker threads, their calls back into the event loop, and portals for threads and synchronous programs.
 *
 * A thread has its caller's cancellation, deadline and reason; its errors arrive as themselves. One that crashes, or has to be stopped, fails
 * its own call, and no thread outlives the program.
 */
export { type BlockingPortal, type PortalHandlers, withBlockingPortal } from "./blocking-portal.js";
export { type AnyFunction, callable, type RemoteFunction } from "./callable.js";
export { connectPortal, type PortalConnection } from "./connect-portal.js";
export { RunFinishedError } from "./errors.js";
export { fromThread } from "./from-thread.js";
export {
  startBlockingPortal,
  type StartPortalOptions,
  type SyncPortal,
  type SyncTask,
} from "./start-blocking-portal.js";
export { defaultThreadLimiter } from "./thread-limiter.js";
export { toThread, type ToThreadOptions } from "./to-thread.js";
export { transfer, type Transferable } from "./transfer.js";
export { worker, type WorkerModule } from "./worker.js";
