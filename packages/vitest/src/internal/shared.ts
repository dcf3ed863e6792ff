import type { Attempt } from "./attempt.js";
import type { Schedules } from "./schedules.js";

/** A clock that one test runs on. */
export type TestClockKind = "real" | "virtual";

/** What there is one of in a test worker: vitest may load the runner apart from what the tests import. */
interface Shared {
  /** What each test is doing. */
  readonly attempts: WeakMap<object, Attempt>;
  /** Which clock each test runs on. */
  readonly clocks: WeakMap<object, TestClockKind>;
  /** Under which schedules a test runs, where it has not its own. */
  readonly schedules: WeakMap<object, Schedules>;
  /** Tests that may leave things behind. */
  readonly leaky: WeakSet<object>;
  /** Test functions that have their scope already. */
  readonly scoped: WeakSet<object>;
  /** Collectors and test functions of vitest's that lead here. */
  readonly patched: WeakSet<object>;
}

const KEY = Symbol.for("@anyio/vitest/v1");

export const shared: Shared = ((globalThis as { [KEY]?: Shared })[KEY] ??= {
  attempts: new WeakMap(),
  clocks: new WeakMap(),
  schedules: new WeakMap(),
  leaky: new WeakSet(),
  scoped: new WeakSet(),
  patched: new WeakSet(),
});
