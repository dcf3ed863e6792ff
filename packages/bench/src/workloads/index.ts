import { blocked, receiveBlocked } from "./blocked.js";
import { cancelSleepers, nested, tree } from "./cancel.js";
import { fairness } from "./fairness.js";
import { files } from "./files.js";
import { growthMemory, growthTime } from "./growth.js";
import { handOvers } from "./hand-over.js";
import { lines, linesBytes } from "./lines.js";
import { locks } from "./locks.js";
import { million } from "./million.js";
import { processes } from "./processes.js";
import { sockets } from "./sockets.js";
import { spawn } from "./spawn.js";
import { threads } from "./threads.js";
import { timeouts } from "./timeout.js";
import type { Workload } from "./workload.js";

/** In the order of the table. */
export const WORKLOADS: readonly Workload[] = [
  spawn,
  ...timeouts,
  cancelSleepers,
  nested,
  tree,
  blocked,
  ...growthTime,
  ...growthMemory,
  fairness,
  ...million,
  ...handOvers,
  receiveBlocked,
  ...locks,
  lines,
  linesBytes,
  ...sockets,
  ...processes,
  ...files,
  ...threads,
];
