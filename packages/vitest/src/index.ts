/**
 * Tests for vitest that end when all they began has ended: each runs in a scope of its own.
 *
 * A test that times out is cancelled, its cleanup runs and is waited for, and the failure shows what its tasks were waiting
 * for. What a test leaves behind fails it, by name. A test may run on a virtual clock, where waiting takes no time.
 */
export type { ClockChoice, Seeds } from "./options.js";
export { test, type TestFixtures } from "./test.js";
export type { TestClock } from "./test-clock.js";
