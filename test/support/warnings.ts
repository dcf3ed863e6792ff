const untaken: Error[] = [];

// Taken now: a test may put fake timers in its place.
const { setImmediate } = globalThis;

process.on("warning", (warning) => untaken.push(warning));

/**
 * Hands over the process warnings emitted so far. A warning that a test leaves untaken fails that test, so a test that
 * provokes one takes it and asserts on it.
 */
export async function takeWarnings(): Promise<Error[]> {
  // `process.emitWarning` emits on a later tick.
  await new Promise((resolve) => setImmediate(resolve));
  return untaken.splice(0);
}
