import { byHand } from "../by-hand/index.js";
import { Event } from "../native-lean/event.js";
import type { Scope } from "../native-lean/scope.js";
import { sleep } from "../native-lean/sleep.js";
import { withGroup } from "./group.js";
import { withTimeout } from "./with-timeout.js";

/** The least that can do the work, a count in place of `Promise.all`: about the limit of promises and timers. */
export const nativeBare = byHand<Scope>({
  withGroup,
  withTimeout,
  sleep,
  Event,
  throwIfCancelled: (scope) => scope.throwIfCancelled(),
});
