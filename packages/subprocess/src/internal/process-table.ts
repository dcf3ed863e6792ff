import { readdirSync, readFileSync } from "node:fs";
import { after } from "./event-loop.js";

/**
 * Whether a process group has members.
 *
 * A member whose parent does not ask how it ended stays in the system's table as a zombie, which a signal cannot tell from the living:
 * where the first process of a container is no real `init`, for good. {@link readAfter} looks closer.
 */
export function hasMembers(group: number): boolean {
  // There is none (ESRCH), or none that we may do anything about (EPERM).
  return canSignal(-group);
}

/** One reading of the system's table, of which two hundred children that are ended at once make do with a few. */
export interface Reading {
  /** Counts the readings. */
  readonly number: number;
  /** The groups with members that have not ended; undefined where there is no table to read. */
  readonly groups: ReadonlySet<number> | undefined;
}

let last: Reading = { number: 0, groups: undefined };
let isFresh = false;

/** The number of the last reading. One that is to tell of something has to come after it. */
export function lastReading(): number {
  return last.number;
}

/** Reads the table, unless that was done just now, and after the reading of that number. */
export function readAfter(number: number): Reading {
  if (!isFresh || last.number <= number) {
    last = { number: last.number + 1, groups: readGroups() };
    isFresh = true;
    after(FRESH, () => (isFresh = false)).unref();
  }
  return last;
}

// Every child is asked for once, and making an error that says no would be a twentieth of the price of a short process. Node's own
// `process.kill` makes it of what this gives; where there is none, it is asked itself.
function canSignal(pid: number): boolean {
  const { _kill: kill } = process as { _kill?: (pid: number, signal: number) => number };
  if (typeof kill === "function") return kill(pid, 0) === 0;
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function readGroups(): Set<number> | undefined {
  let names: string[];
  try {
    names = readdirSync("/proc");
  } catch {
    return undefined;
  }
  const groups = new Set<number>();
  for (const name of names) {
    const group = /^\d+$/.test(name) ? livingGroupOf(name) : undefined;
    if (group !== undefined) groups.add(group);
  }
  return groups.size > 0 ? groups : undefined;
}

/** The group of a process that has not ended. */
function livingGroupOf(pid: string): number | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  } catch {
    return undefined;
  }
  // `pid (name) state parent group …`; a name may hold anything.
  const [state = "", , group] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return "ZX".includes(state) ? undefined : Number(group);
}

const FRESH = 20;
