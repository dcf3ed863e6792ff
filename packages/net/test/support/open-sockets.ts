import { readdirSync, readlinkSync } from "node:fs";
import { expect } from "vitest";
import { turn, turns } from "#support/turn";

/** How many sockets this process holds, listening or connected or neither. */
export function openSockets(): number {
  return readdirSync("/proc/self/fd").filter(isSocket).length;
}

/** Calls `fn`, waits for it, and proves that it has left no socket behind. */
export async function leavingNoSocket<T>(fn: () => Promise<T>): Promise<T> {
  // A runtime may close a descriptor a little after it has said so.
  await turns(10);
  const before = openSockets();
  const value = await fn();
  for (let i = 0; i < 1000 && openSockets() > before; i++) await turn();
  expect(openSockets()).toBeLessThanOrEqual(before);
  return value;
}

function isSocket(descriptor: string): boolean {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`).startsWith("socket:");
  } catch {
    return false;
  }
}
