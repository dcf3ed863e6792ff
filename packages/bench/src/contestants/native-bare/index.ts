import { byHand } from "../by-hand/index.js";
import type { Tools } from "../by-hand/tools.js";
import type { Contestant } from "../contestant.js";
import { tools as lean } from "../native-lean/index.js";
import type { Scope } from "../native-lean/scope.js";
import { withGroup } from "./group.js";
import { byteLines, lines } from "./lines.js";
import { Waiters } from "./waiters.js";
import { withTimeout } from "./with-timeout.js";

export const tools: Tools<Scope> = {
  ...lean,
  withGroup,
  withTimeout,
  Waiters,
  // Released twice, it lets one more in.
  leaseOf: (semaphore) => semaphore,
};

/** The least that can do the work, a count in place of `Promise.all`: about the limit of promises and timers. */
export const nativeBare: Contestant = {
  ...byHand(tools),
  lines,
  byteLines,
};
