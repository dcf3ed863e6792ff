// Taken now: a test may put fake timers in its place.
const { setImmediate } = globalThis;

/** One turn of the event loop: everything that is ready has run. */
export function turn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}

/** Several turns of the event loop. */
export async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await turn();
}
