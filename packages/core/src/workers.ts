/**
 * What a pool of workers is made of: functions and errors as they are sent, and where workers are that have
 * nothing to do. It is a door of its own, for it is loaded in every worker, which
 * has to start quickly, and needs nothing else of the kernel there.
 */
export { IdleStack } from "./idle-stack.js";
export { encodeError, framesOf, isCancellation, type RemoteError, reviveError } from "./remote-error.js";
export { receiveFunction, sendFunction, type SentFunction } from "./sent-function.js";
