/**
 * The runtime's own functions, taken before tests can put fakes in their place. A process lives in real time, whatever the clock of the
 * `run()` that it belongs to says.
 */
const { setTimeout: later } = globalThis;
export const { clearTimeout: never, setImmediate: inNextTurn } = globalThis;

/** Calls back after `ms`, which may be more than a timer can count to. */
export function after(ms: number, callback: () => void): NodeJS.Timeout {
  return later(callback, Math.min(ms, LONGEST));
}

// Some 24 days; a timer that is given more fires at once.
const LONGEST = 2 ** 31 - 1;
