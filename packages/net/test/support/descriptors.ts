import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { isRuntime } from "#support/runtimes";
import { turns } from "#support/turn";

/** Calls `fn`, and proves that no more sockets are open after it than before. */
export async function closesAllSockets(fn: () => Promise<unknown>): Promise<void> {
  if (process.platform !== "linux") return void (await fn());
  // A runtime may close a socket a little after it has said so: those of an earlier test too.
  await turns(10);
  const before = sockets();
  await fn();
  const end = performance.now() + 2_000;
  while (countNew(before) > 0 && performance.now() < end) await turns(1);
  const count = countNew(before);
  if (count > 0) throw new Error(`${before.size} sockets were open before, and ${before.size + count} are after`);
}

function countNew(before: ReadonlySet<string>): number {
  const now = sockets();
  if (now.size <= before.size) return 0;
  const fresh = [...now].filter((socket) => !before.has(socket));
  return now.size - before.size - (isRuntime("deno") && isOwnPair(fresh) ? 2 : 0);
}

/** Deno makes, at some time, a pair of sockets for itself, which stay. Neither has a name; of a Unix connection that is lost one has. */
function isOwnPair(fresh: readonly string[]): boolean {
  const nameless = readFileSync("/proc/self/net/unix", "utf8")
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(({ length }) => length === 7)
    .map((fields) => `socket:[${fields[6]}]`);
  return fresh.filter((socket) => nameless.includes(socket)).length === 2;
}

/** What the system calls the sockets of this process. */
function sockets(): Set<string> {
  const links = readdirSync("/proc/self/fd").map((fd) => linkOf(fd));
  return new Set(links.filter((link) => link.startsWith("socket:")));
}

function linkOf(fd: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    // It was the one that read the folder.
    return "";
  }
}
