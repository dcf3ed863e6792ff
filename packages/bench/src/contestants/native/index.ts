import { byHand } from "../by-hand/index.js";
import { Event } from "./event.js";
import { withGroup } from "./group.js";
import { sleep } from "./sleep.js";
import { withTimeout } from "./with-timeout.js";

/** What a good engineer writes by hand: promises, `AbortController` and timers. */
export const native = byHand<AbortSignal>({
  withGroup,
  withTimeout,
  sleep,
  Event,
  throwIfCancelled: (signal) => signal.throwIfAborted(),
});
