import { CancelledError } from "@anyio/core";
import { type TaskGroup, withTaskGroup } from "@anyio/task-groups";
import { type TestAPI, TestRunner } from "vitest";
import { freeTcpPort, freeUdpPort } from "./free-ports.js";
import { Attempt } from "./internal/attempt.js";
import { type Collector, type Declare, declareTest } from "./internal/declare.js";
import { scopeFixturesOf } from "./internal/fixtures.js";
import { shared } from "./internal/shared.js";
import type { TestClock } from "./test-clock.js";

/** What a test may ask for. */
export interface TestFixtures {
  /**
   * A task group that is open as long as the test. What still runs at the test's end is cancelled and waited for; a task
   * that fails cancels the test and fails it.
   */
  tg: TaskGroup;
  /** The clock of the test. */
  clock: TestClock;
  /** A TCP port that nobody listens on, on 127.0.0.1 and ::1. */
  freeTcpPort: number;
  /** A UDP port that nobody is bound to, on 127.0.0.1 and ::1. */
  freeUdpPort: number;
}

/**
 * Vitest's `test`, whose tests run in a scope of their own each, with fixtures for concurrent programs. `each`, `skip`,
 * `only`, `concurrent`, `extend` and all else of vitest's is there.
 *
 * **Cancellation:** a test that times out is cancelled; its cleanup runs and is waited for before the next test, unless it
 * awaits a foreign promise, which nothing can end.
 *
 * ```js
 * test("answers every question", { clock: "virtual" }, async ({ tg, expect }) => {
 *   const answer = tg.startSoon(async () => {
 *     await sleep(60_000);
 *     return 42;
 *   });
 *   expect(await answer.result()).toBe(42);
 * });
 * ```
 *
 * @see `@anyio/vitest/plugin` for a mode in which every plain vitest test does
 */
export const test: TestAPI<TestFixtures> = makeTest();

function makeTest(): TestAPI<TestFixtures> {
  const declare: Declare = function (title, ...rest) {
    const collector = TestRunner.getCurrentSuite() as unknown as Collector & { test: { fn: Declare } };
    const { fn } = collector.test;
    const call: Parameters<Declare> = [typeof title === "function" ? (title as { name: string }).name : title, ...rest];
    // In auto mode the collector sees to it.
    if (shared.patched.has(collector)) fn.call(this, ...call);
    else declareTest(collector, fn, this, ...call);
  };
  const plain: TestAPI = TestRunner.createTaskCollector(declare as never);
  const extended = plain.extend<TestFixtures & { anyioAttempt: undefined }>({
    // Comes first, so that it is torn down last.
    anyioAttempt: [
      async ({ task }, use) => {
        if (Attempt.of(task)?.isOpen) return use(undefined);
        const attempt = new Attempt(task, "beside");
        await attempt.during(() => use(undefined));
      },
      { auto: true },
    ],
    tg: ({ task }, use) => inAttempt(task, () => openGroup(task, use)),
    clock: ({ task }, use) => use(attemptAt(task).clock),
    freeTcpPort: ({ task }, use) => inAttempt(task, async () => use(await freeTcpPort())),
    freeUdpPort: ({ task }, use) => inAttempt(task, async () => use(await freeUdpPort())),
  });
  scopeFixturesOf(extended);
  return extended;
}

function attemptAt(task: object): Attempt {
  const attempt = Attempt.of(task);
  if (attempt === undefined) throw new Error("the fixtures of @anyio/vitest belong to a test");
  return attempt;
}

function inAttempt(task: object, fn: () => Promise<void>): Promise<void> {
  return attemptAt(task).enter(fn);
}

async function openGroup(task: object, use: (tg: TaskGroup) => Promise<void>): Promise<void> {
  await withTaskGroup(
    async (tg) => {
      const { signal } = tg.cancelScope;
      const onAbort = (): void => {
        const { reason } = signal as { reason: unknown };
        // The group will throw what failed; the test need not wait for what will not come any more.
        if (reason instanceof CancelledError && reason.source === "sibling") attemptAt(task).interrupt(reason.reason);
      };
      signal.addEventListener("abort", onAbort);
      try {
        await use(tg);
      } finally {
        signal.removeEventListener("abort", onAbort);
        tg.cancel("the test is over");
      }
    },
    { name: "tg" },
  );
}
