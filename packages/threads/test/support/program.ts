import { run } from "@anyio/core";
import { outside } from "#support/outside";

/** Calls `fn` in a program of its own, whose threads end with it. */
export function inProgram<T>(fn: () => Promise<T>): Promise<T> {
  return outside(() => run(fn, { signals: [] }));
}
