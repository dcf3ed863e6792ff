// Taken now: a test may put fake timers in their place.
const { setTimeout } = globalThis;

/**
 * Waits for something to be over, but not for ever: nothing can end a foreign promise that somebody awaits.
 *
 * @param isOurs whether what is still going on is an operation of ours, which has its own end
 * @returns whether it is over
 */
export async function settles(isOver: () => boolean, isOurs: () => boolean): Promise<boolean> {
  for (let waited = 0, idle = 0; waited < LONGEST && idle < LONGEST_FOREIGN; waited += STEP) {
    await new Promise((resolve) => setTimeout(resolve, waited === 0 ? 0 : STEP));
    if (isOver()) return true;
    idle = isOurs() ? 0 : idle + STEP;
  }
  return false;
}

const STEP = 10;
const LONGEST_FOREIGN = 1_000;
const LONGEST = 10_000;
