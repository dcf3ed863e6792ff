import { byHand } from "../by-hand/index.js";
import { Event } from "./event.js";
import { withGroup } from "./group.js";
import type { Scope } from "./scope.js";
import { sleep } from "./sleep.js";
import { TimeoutError, withTimeout } from "./with-timeout.js";

/** The same without `AbortController`: about the physical limit of what promises and timers can do. */
export const nativeLean = byHand<Scope>({
  withGroup,
  withTimeout,
  TimeoutError,
  sleep,
  Event,
  throwIfCancelled: (scope) => scope.throwIfCancelled(),
});
