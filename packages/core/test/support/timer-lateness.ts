/**
 * How late a timer of the platform was at worst, in ms, while `fn` ran. What counts is lateness that this process caused: while
 * it waits for a processor that its neighbours have, it spends no time of its own.
 */
export async function worstLateness(fn: () => Promise<unknown>): Promise<number> {
  const INTERVAL = 5;
  let worst = 0;
  let clocks = readClocks();
  let timer: ReturnType<typeof setTimeout>;
  const look = (): void => {
    const last = clocks;
    clocks = readClocks();
    worst = Math.max(worst, Math.min(clocks.wall - last.wall - INTERVAL, clocks.cpu - last.cpu));
  };
  const tick = (): void => {
    look();
    timer = setTimeout(tick, INTERVAL);
  };
  timer = setTimeout(tick, INTERVAL);
  await fn();
  clearTimeout(timer);
  // A timer that never fired at all is the worst there can be.
  look();
  return worst;
}

/** How long `fn` took, in ms, the time aside in which this process waited for a processor. */
export async function timeOf(fn: () => Promise<unknown>): Promise<number> {
  const before = readClocks();
  await fn();
  const after = readClocks();
  return Math.min(after.wall - before.wall, after.cpu - before.cpu);
}

/**
 * The best of up to three measurements, the first that is within `limit`. A busy machine can spoil one, by its caches if by nothing
 * else; a kernel that breaks its bar spoils all three.
 */
export async function bestOfThree(limit: number, measure: () => Promise<number>): Promise<number> {
  let best = Infinity;
  for (let i = 0; i < 3 && best > limit; i++) best = Math.min(best, await measure());
  return best;
}

/** Waits until this process uses hardly any time of its own: compiling and loading go on for a while after the start. */
export async function processAtRest(): Promise<void> {
  for (let i = 0; i < 40; i++) {
    const share = await shareOf(() => new Promise((resolve) => setTimeout(resolve, 250)));
    if (share < 0.01) return;
  }
}

/** Which part of a processor this process used while `fn` ran. */
export async function shareOf(fn: () => Promise<unknown>): Promise<number> {
  const before = readClocks();
  await fn();
  const after = readClocks();
  return (after.cpu - before.cpu) / (after.wall - before.wall);
}

function readClocks(): { wall: number; cpu: number } {
  const { user, system } = process.cpuUsage();
  return { wall: performance.now(), cpu: (user + system) / 1000 };
}
