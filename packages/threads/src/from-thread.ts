import { InvalidStateError } from "@anyio/core";

/** What a thread of `toThread` tells the functions that run in it, whichever copy of this package they ask. */
export interface ThisThread {
  /** Whether a call is under way. */
  readonly isBusy: boolean;
  checkCancelled(): void;
  remaining(): number;
}

/** @internal */
export const THIS_THREAD = Symbol.for("@anyio/threads/v1/this-thread");

/**
 * Throws where the call that runs in this thread is cancelled: for loops that take long. It costs nanoseconds. What it throws counts as the
 * caller's cancellation, and tells what was cancelled, by whom and why.
 *
 * It is about the call that runs now: code that an earlier call has left behind in the thread, a timer say, sees the later one's cancellation.
 *
 * @throws {InvalidStateError} when no call of `toThread.run` runs here
 * @example
 * try {
 *   fromThread.checkCancelled();
 * } catch (error) {
 *   console.log(String(error)); // => InvalidStateError: no call of toThread.run() runs here; ask inside a function that it calls
 * }
 * @see anyio.from_thread.check_cancelled
 */
function checkCancelled(): void {
  thisThread().checkCancelled();
}

/**
 * How long until the caller's deadline, in ms: at least 0, `Infinity` where there is none. The deadline is the one that the caller had as the
 * call began.
 *
 * @throws {InvalidStateError} when no call of `toThread.run` runs here
 * @see anyio.current_effective_deadline
 */
function remaining(): number {
  return thisThread().remaining();
}

/** What a function that runs in a thread can ask. */
export const fromThread: {
  readonly checkCancelled: typeof checkCancelled;
  readonly remaining: typeof remaining;
} = { checkCancelled, remaining };

/** Set before any function is loaded there, so it is looked up once. */
const here = (globalThis as { [THIS_THREAD]?: ThisThread })[THIS_THREAD];

function thisThread(): ThisThread {
  if (here?.isBusy) return here;
  throw new InvalidStateError("no call of toThread.run() runs here; ask inside a function that it calls");
}
