import { byHand } from "../by-hand/index.js";
import { Lease } from "../by-hand/lease.js";
import type { Tools } from "../by-hand/tools.js";
import { Event } from "./event.js";
import { withGroup } from "./group.js";
import { sleep } from "./sleep.js";
import { Waiters } from "./waiters.js";
import { withTimeout } from "./with-timeout.js";

export const tools: Tools<AbortSignal> = {
  withGroup,
  withTimeout,
  sleep,
  Event,
  Waiters,
  throwIfCancelled: (signal) => signal.throwIfAborted(),
  rejection: (signal) => (signal.aborted ? Promise.reject(signal.reason) : undefined),
  leaseOf: (semaphore) => new Lease(semaphore),
};

/** What a good engineer writes by hand: promises, `AbortController` and timers. */
export const native = byHand(tools);
