/**
 * Keeps the process alive until `waiting` has settled. A listener for a signal does not, and who waits outside of `run()` would see the
 * program end, as if nobody waited.
 */
export function keepAlive<T>(waiting: Promise<T>): Promise<T> {
  if (count++ === 0) timer = setInterval(nothing, 2 ** 31 - 1);
  waiting.then(release, release);
  return waiting;
}

let count = 0;
let timer: NodeJS.Timeout | undefined;

function release(): void {
  if (--count === 0) clearInterval(timer);
}

function nothing(): void {}
