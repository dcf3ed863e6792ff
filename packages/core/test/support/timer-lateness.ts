/** How late a timer of the platform was at worst, in ms, while `fn` ran. */
export async function worstLateness(fn: () => Promise<unknown>): Promise<number> {
  const INTERVAL = 5;
  let worst = 0;
  let due = performance.now() + INTERVAL;
  let timer: ReturnType<typeof setTimeout>;
  const tick = (): void => {
    const now = performance.now();
    worst = Math.max(worst, now - due);
    due = now + INTERVAL;
    timer = setTimeout(tick, INTERVAL);
  };
  timer = setTimeout(tick, INTERVAL);
  await fn();
  clearTimeout(timer);
  // A timer that never fired at all is the worst there can be.
  return Math.max(worst, performance.now() - due);
}

/**
 * The best of up to three measurements, the first that is within `limit`. A neighbour on a busy machine can spoil one; a
 * kernel that breaks its bar spoils all three.
 */
export async function bestOfThree(limit: number, measure: () => Promise<number>): Promise<number> {
  let best = Infinity;
  for (let i = 0; i < 3 && best > limit; i++) best = Math.min(best, await measure());
  return best;
}
