import { TestRunner } from "vitest";

/** A runtime as tests name it: a family, or one release line of Node.js. */
export type RuntimeName = "node" | "node20" | "node22" | "node24" | "node26" | "bun" | "deno";

export interface Runtime {
  readonly family: "node" | "bun" | "deno";
  readonly version: string;
}

/** The runtime that this test worker runs on, by what it says of itself and not by what it was started as. */
export const runtime: Runtime = detect();

/** Whether this is one of the runtimes named. */
export function isRuntime(...names: RuntimeName[]): boolean {
  const line = `${runtime.family}${runtime.version.split(".")[0]}`;
  return names.some((name) => name === runtime.family || name === line);
}

/**
 * Skips the running test on the runtimes named. Call it first thing in a test, or in `beforeEach` for a whole block.
 * The reason appears in the table of `npm run test:runtimes`; a test skipped there without one fails the run.
 *
 * @example
 * it("shares a port", async () => {
 *   skipOn("node20", "TCP reusePort is EADDRINUSE before Node 22");
 *   …
 * });
 */
export function skipOn(where: RuntimeName | readonly RuntimeName[], reason: string): void {
  const test = TestRunner.getCurrentTest();
  if (!test) throw new Error("skipOn() belongs inside a test or a beforeEach hook");
  test.context.skip(isRuntime(...[where].flat()), reason);
}

function detect(): Runtime {
  const { versions } = process;
  if (versions["bun"] && "Bun" in globalThis) return { family: "bun", version: versions["bun"] };
  if (versions["deno"] && "Deno" in globalThis) return { family: "deno", version: versions["deno"] };
  return { family: "node", version: versions.node };
}
