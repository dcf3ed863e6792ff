import { inject, TestRunner } from "vitest";

/** Whether the tests run under many schedules, in virtual time. */
const isExplored = seeds() !== 0;

/**
 * Skips the running test where the tests run under many schedules: in the projects of `vitest.explored.config.ts`. Call it
 * first thing in a test, or in `beforeEach` for a whole block.
 *
 * @example
 * it("wakes all who wait, in the order in which they came", async () => {
 *   skipExplored("those who are woken go on in an order that the seed chooses");
 *   …
 * });
 */
export function skipExplored(reason: string): void {
  const test = TestRunner.getCurrentTest();
  if (!test) throw new Error("skipExplored() belongs inside a test or a beforeEach hook");
  test.context.skip(isExplored, reason);
}

/** What the project's plugin was told. */
function seeds(): unknown {
  const options = inject("@anyio/vitest" as never) as { seeds?: unknown } | undefined;
  return options?.seeds ?? 0;
}
