/**
 * What a pool of workers is made of: functions and errors as they are sent. It is a door of its own, for it is loaded in every worker, which
 * has to start quickly, and needs nothing else of the kernel there.
 */
export { encodeError, framesOf, isCancellation, type RemoteError, reviveError } from "./remote-error.js";
export { receiveFunction, sendFunction, type SentFunction } from "./sent-function.js";
