/**
 * The runtime's own `setImmediate`, taken before tests can put a fake in its place: giving way to the event loop is no
 * matter of time, and what waits for a turn that a fake never takes would wait for ever.
 */
export const { setImmediate: inNextTurn, clearImmediate: cancelTurn } = globalThis;
