import { readdirSync, readFileSync } from "node:fs";

/**
 * Whether a process group has members that have not ended.
 *
 * A member whose parent does not ask how it ended stays in the system's table as a zombie, which a signal cannot tell from the living:
 * where the first process of a container is no real `init`, for good. So whoever asks again looks closer.
 *
 * @param isThorough whether to look closer, which reads all of `/proc` where there is one
 */
export function hasLivingMembers(group: number, isThorough: boolean): boolean {
  // There is none (ESRCH), or none that we may do anything about (EPERM).
  if (!canSignal(-group)) return false;
  return !isThorough || livingGroups()?.has(group) !== false;
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

/** Two hundred children that are ended at once ask one table. */
let table: { readonly at: number; readonly groups: ReadonlySet<number> | undefined } | undefined;

function livingGroups(): ReadonlySet<number> | undefined {
  const now = performance.now();
  if (table === undefined || now - table.at > FRESH) table = { at: now, groups: readGroups() };
  return table.groups;
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
