import type { Chapter } from "./chapter.js";
import * as hang from "./01-the-hang.js";
import * as tasks from "./02-tasks.js";
import * as errors from "./03-errors.js";
import * as deadlines from "./04-deadlines.js";
import * as cleanup from "./05-cleanup.js";
import * as readiness from "./06-readiness.js";
import * as race from "./07-race.js";
import * as dump from "./08-task-dump.js";
import * as backPressure from "./09-back-pressure.js";
import * as clones from "./10-clones.js";
import * as capacityLimiter from "./11-capacity-limiter.js";
import * as event from "./12-event.js";
import * as condition from "./13-condition.js";
import * as tcp from "./14-tcp.js";
import * as tls from "./15-tls.js";
import * as unix from "./16-unix.js";
import * as udp from "./17-udp.js";
import * as twoServers from "./18-two-servers.js";
import * as command from "./19-command.js";
import * as child from "./20-child.js";
import * as processPool from "./21-process-pool.js";
import * as files from "./22-files.js";
import * as reload from "./23-reload.js";
import * as threads from "./24-threads.js";
import * as runaway from "./25-runaway.js";
import * as portal from "./26-portal.js";

/** All chapters in their order, each with its file. */
export const CHAPTERS: readonly (Chapter & { readonly source: string })[] = [
  { ...hang, source: "01-the-hang.ts" },
  { ...tasks, source: "02-tasks.ts" },
  { ...errors, source: "03-errors.ts" },
  { ...deadlines, source: "04-deadlines.ts" },
  { ...cleanup, source: "05-cleanup.ts" },
  { ...readiness, source: "06-readiness.ts" },
  { ...race, source: "07-race.ts" },
  { ...dump, source: "08-task-dump.ts" },
  { ...backPressure, source: "09-back-pressure.ts" },
  { ...clones, source: "10-clones.ts" },
  { ...capacityLimiter, source: "11-capacity-limiter.ts" },
  { ...event, source: "12-event.ts" },
  { ...condition, source: "13-condition.ts" },
  { ...tcp, source: "14-tcp.ts" },
  { ...tls, source: "15-tls.ts" },
  { ...unix, source: "16-unix.ts" },
  { ...udp, source: "17-udp.ts" },
  { ...twoServers, source: "18-two-servers.ts" },
  { ...command, source: "19-command.ts" },
  { ...child, source: "20-child.ts" },
  { ...processPool, source: "21-process-pool.ts" },
  { ...files, source: "22-files.ts" },
  { ...reload, source: "23-reload.ts" },
  { ...threads, source: "24-threads.ts" },
  { ...runaway, source: "25-runaway.ts" },
  { ...portal, source: "26-portal.ts" },
];
