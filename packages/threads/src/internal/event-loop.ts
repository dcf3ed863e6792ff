/**
 * The runtime's own functions, taken before tests can put fakes in their place. A thread lives in real time, whatever the clock of the
 * `run()` that it belongs to says.
 */
const { setTimeout: later, clearTimeout, setInterval, performance } = globalThis;

export { clearTimeout as never };

/** Calls back after `ms`, which may be more than a timer can count to. */
export function after(ms: number, callback: () => void): NodeJS.Timeout {
  return later(callback, Math.min(ms, LONGEST));
}

/** The time, in ms since 1970, as every thread has it. */
export function sharedTime(): number {
  return performance.timeOrigin + performance.now();
}

/** Keeps the process alive while anything holds it. */
export const alive = {
  hold(): void {
    if (holders++ > 0) return;
    timer ??= setInterval(ignore, LONGEST);
    timer.ref();
  },

  release(): void {
    if (--holders === 0) timer?.unref();
  },
};

let holders = 0;
let timer: NodeJS.Timeout | undefined;

// Some 24 days; a timer that is given more fires at once.
const LONGEST = 2 ** 31 - 1;

function ignore(): void {}
