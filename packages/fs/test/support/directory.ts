import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach } from "vitest";

/** A directory for each test, gone after it. */
export function useDirectory(): (name?: string) => string {
  let directory = "";
  beforeEach(() => void (directory = mkdtempSync(join(tmpdir(), "anyio-fs-"))));
  afterEach(() => rmSync(directory, { recursive: true, force: true }));
  return (name = "") => join(directory, name);
}

/** Makes files, and the directories that they are in. A name that ends in a slash is a directory. */
export function plant(root: string, names: readonly string[]): void {
  for (const name of names) {
    mkdirSync(name.endsWith("/") ? join(root, name) : dirname(join(root, name)), { recursive: true });
    if (!name.endsWith("/")) writeFileSync(join(root, name), name);
  }
}

export function makeFifo(path: string): string {
  execFileSync("mkfifo", [path]);
  return path;
}

/** How many descriptors this process has open of files whose name begins so; -1 where the system does not tell. */
export function countOpen(prefix: string): number {
  try {
    const links = readdirSync("/proc/self/fd").map((fd) => readLink(`/proc/self/fd/${fd}`));
    return links.filter((target) => target.startsWith(prefix)).length;
  } catch {
    return -1;
  }
}

function readLink(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}
