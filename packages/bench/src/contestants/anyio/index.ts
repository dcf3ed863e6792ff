import type { Contestant } from "../contestant.js";
import { blocked } from "./blocked.js";
import { busy } from "./busy.js";
import { files } from "./files.js";
import { handOver } from "./hand-over.js";
import { byteLines, lines } from "./lines.js";
import { locks } from "./locks.js";
import { nested } from "./nested.js";
import { operations } from "./operations.js";
import { processes } from "./processes.js";
import { receivers } from "./receivers.js";
import { sleepers } from "./sleepers.js";
import { sockets } from "./sockets.js";
import { spawn } from "./spawn.js";
import { threads } from "./threads.js";
import { timeout } from "./timeout.js";

export const anyio: Contestant = {
  spawn,
  timeout,
  sleepers,
  nested,
  blocked,
  busy,
  operations,
  handOver,
  locks,
  receivers,
  lines,
  byteLines,
  sockets,
  processes,
  files,
  threads,
};
