import type { Families } from "../contestant.js";
import { blocked } from "./blocked.js";
import { busy } from "./busy.js";
import { handOver } from "./hand-over.js";
import { byteLines, lines } from "./lines.js";
import { locks } from "./locks.js";
import { nested } from "./nested.js";
import { operations } from "./operations.js";
import { receivers } from "./receivers.js";
import { sleepers } from "./sleepers.js";
import { spawn } from "./spawn.js";
import { timeout } from "./timeout.js";
import type { Tools } from "./tools.js";

/** A contestant written by hand with the given tools. */
export function byHand<S>(tools: Tools<S>): Omit<Families, "sockets" | "processes" | "files" | "threads"> {
  return {
    spawn: spawn(tools),
    timeout: timeout(tools),
    sleepers: sleepers(tools),
    nested: nested(tools),
    blocked: blocked(tools),
    busy: busy(tools),
    operations: operations(tools),
    handOver: handOver(tools),
    locks: locks(tools),
    receivers: receivers(tools),
    lines,
    byteLines,
  };
}
