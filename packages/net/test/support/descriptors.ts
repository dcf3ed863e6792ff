import { readdirSync, readlinkSync } from "node:fs";
import { turns } from "#support/turn";

/** How many sockets this process has open, by what the system says; undefined where it does not. */
export function openSockets(): number | undefined {
  if (process.platform !== "linux") return undefined;
  return readdirSync("/proc/self/fd").filter((fd) => isSocket(fd)).length;
}

/** Calls `fn`, and proves that no more sockets are open after it than before. */
export async function closesAllSockets(fn: () => Promise<unknown>): Promise<void> {
  // A runtime may close a socket a little after it has said so: those of an earlier test too.
  await turns(10);
  const before = openSockets() ?? 0;
  await fn();
  for (let i = 0; i < 1000 && (openSockets() ?? 0) > before; i++) await turns(1);
  const after = openSockets() ?? 0;
  if (after > before) throw new Error(`${before} sockets were open before, and ${after} are after`);
}

function isSocket(fd: string): boolean {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`).startsWith("socket:");
  } catch {
    // It was the one that read the folder.
    return false;
  }
}
