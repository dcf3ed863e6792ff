/**
 * Signals of the operating system, as an async iterable.
 *
 * Each receiver gets every signal it asked for, also those that come between two iterations. While it is open the signal's default action
 * and `run()`'s own handling are suspended; closing it brings both back.
 */
export { openSignalReceiver, SignalReceiver } from "./open-signal-receiver.js";
