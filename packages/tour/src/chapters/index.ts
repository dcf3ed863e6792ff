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

/** A chapter, and where it is. */
export interface PlacedChapter extends Chapter {
  /** From 1. */
  readonly number: number;
  /** What it is asked for by: its file's name without number and ending. */
  readonly name: string;
  readonly source: string;
}

interface Part {
  readonly title: string;
  readonly chapters: readonly PlacedChapter[];
}

/** The chapters in their order, by what they are about. */
export const PARTS: readonly Part[] = [
  part("Tasks and cancellation", [
    [hang, "01-the-hang.ts"],
    [tasks, "02-tasks.ts"],
    [errors, "03-errors.ts"],
    [deadlines, "04-deadlines.ts"],
    [cleanup, "05-cleanup.ts"],
    [readiness, "06-readiness.ts"],
    [race, "07-race.ts"],
    [dump, "08-task-dump.ts"],
  ]),
  part("Streams between tasks", [
    [backPressure, "09-back-pressure.ts"],
    [clones, "10-clones.ts"],
  ]),
  part("Waiting for each other", [
    [capacityLimiter, "11-capacity-limiter.ts"],
    [event, "12-event.ts"],
    [condition, "13-condition.ts"],
  ]),
  part("Networks", [
    [tcp, "14-tcp.ts"],
    [tls, "15-tls.ts"],
    [unix, "16-unix.ts"],
    [udp, "17-udp.ts"],
    [twoServers, "18-two-servers.ts"],
  ]),
  part("Processes", [
    [command, "19-command.ts"],
    [child, "20-child.ts"],
    [processPool, "21-process-pool.ts"],
  ]),
  part("Files and signals", [
    [files, "22-files.ts"],
    [reload, "23-reload.ts"],
  ]),
  part("Threads", [
    [threads, "24-threads.ts"],
    [runaway, "25-runaway.ts"],
    [portal, "26-portal.ts"],
  ]),
];

/** All chapters in their order. */
export const CHAPTERS: readonly PlacedChapter[] = PARTS.flatMap(({ chapters }) => chapters);

function part(title: string, chapters: readonly (readonly [Chapter, string])[]): Part {
  return { title, chapters: chapters.map(([chapter, source]) => placed(chapter, source)) };
}

/** The names of the files have the numbers, so that a folder shows them in their order. */
function placed(chapter: Chapter, source: string): PlacedChapter {
  const [, number, name = ""] = /^(\d+)-(.*)\.ts$/.exec(source) ?? [];
  return { ...chapter, number: Number(number), name, source };
}
