/**
 * Tests of concurrent code that take no time, fail by themselves and can be replayed; for any test framework.
 */
export { assertNoLeaks } from "./assert-no-leaks.js";
export { DeadlockError, ExploreError, LeakError } from "./errors.js";
export { explore, type ExploreOptions } from "./explore.js";
export { Sequencer } from "./sequencer.js";
export { VirtualClock, type VirtualClockOptions } from "./virtual-clock.js";
