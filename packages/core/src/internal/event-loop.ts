/**
 * The runtime's own functions, taken before tests can put fakes in their place: giving way to the event loop is no matter of time,
 * and what waits for a turn that a fake never takes would wait for ever.
 */
export const {
  setImmediate: inNextTurn,
  clearImmediate: cancelTurn,
  setTimeout: sleepBriefly,
  clearTimeout: wakeEarly,
  performance,
} = globalThis;
