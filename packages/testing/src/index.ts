/**
 * Tests of concurrent code that take no time, fail by themselves and can be replayed; for any test framework.
 *
 * Time jumps when every task waits, so an hour passes at once. A deadlock fails with what each task waits for, instead of hanging. A
 * schedule that fails is named by a seed that replays it.
 */
export { assertNoLeaks } from "./assert-no-leaks.js";
export { byteStreamContract, type ByteStreamLike } from "./byte-stream-contract.js";
export type { ContractCase } from "./contract-case.js";
export { DeadlockError, ExploreError, LeakError } from "./errors.js";
export { explore, type ExploreOptions } from "./explore.js";
export type { Leak } from "./leak.js";
export { listenerContract, type ListenerLike, type Listening } from "./listener-contract.js";
export { type LockLike, lockLikeContract } from "./lock-like-contract.js";
export {
  objectStreamContract,
  type ObjectReceiveStreamLike,
  type ObjectSendStreamLike,
  type ObjectStreamPair,
} from "./object-stream-contract.js";
export { SeededScheduler } from "./seeded-scheduler.js";
export { Sequencer } from "./sequencer.js";
export { VirtualClock, type VirtualClockOptions } from "./virtual-clock.js";
export { watchLeaks, type Watched } from "./watch-leaks.js";
