import type { Contestant } from "../contestant.js";
import { blocked } from "./blocked.js";
import { busy } from "./busy.js";
import { nested } from "./nested.js";
import { operations } from "./operations.js";
import { sleepers } from "./sleepers.js";
import { spawn } from "./spawn.js";
import { timeout } from "./timeout.js";
import type { Tools } from "./tools.js";

/** A contestant written by hand with the given tools. */
export function byHand<S>(tools: Tools<S>): Contestant {
  return {
    spawn: spawn(tools),
    timeout: timeout(tools),
    sleepers: sleepers(tools),
    nested: nested(tools),
    blocked: blocked(tools),
    busy: busy(tools),
    operations: operations(tools),
  };
}
