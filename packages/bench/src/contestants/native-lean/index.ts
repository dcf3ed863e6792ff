import { byHand } from "../by-hand/index.js";
import { Lease } from "../by-hand/lease.js";
import type { Tools } from "../by-hand/tools.js";
import { Event } from "./event.js";
import { withGroup } from "./group.js";
import type { Scope } from "./scope.js";
import { sleep } from "./sleep.js";
import { Waiters } from "./waiters.js";
import { withTimeout } from "./with-timeout.js";

export const tools: Tools<Scope> = {
  withGroup,
  withTimeout,
  sleep,
  Event,
  Waiters,
  throwIfCancelled: (scope) => scope.throwIfCancelled(),
  rejection: (scope) => (scope.cancelled ? Promise.reject(scope.reason) : undefined),
  leaseOf: (semaphore) => new Lease(semaphore),
};

/** The same as `native` with plain callbacks in a `Set` in place of `AbortController`. */
export const nativeLean = byHand(tools);
