import { byHand } from "../by-hand/index.js";
import { Event } from "./event.js";
import { withGroup } from "./group.js";
import type { Scope } from "./scope.js";
import { sleep } from "./sleep.js";
import { withTimeout } from "./with-timeout.js";

/** The same as `native` with plain callbacks in a `Set` in place of `AbortController`. */
export const nativeLean = byHand<Scope>({
  withGroup,
  withTimeout,
  sleep,
  Event,
  throwIfCancelled: (scope) => scope.throwIfCancelled(),
});
