import { RunVar } from "@anyio/core/lowlevel";
import { CapacityLimiter } from "@anyio/sync";

/**
 * The limiter of `toThread.run()` where none is given, with 40 tokens. There is one for each `run()`; set its `totalTokens` for another
 * number: where threads keep processors busy, and not just wait, that of the processors.
 *
 * @example
 * await run(() => {
 *   defaultThreadLimiter().totalTokens = 4;
 *   return defaultThreadLimiter().totalTokens;
 * }); // => 4
 * @see anyio.to_thread.current_default_thread_limiter
 */
export function defaultThreadLimiter(): CapacityLimiter {
  const limiter = current.get();
  if (limiter !== undefined) return limiter;
  const made = new CapacityLimiter(TOKENS);
  current.set(made);
  return made;
}

const current = new RunVar<CapacityLimiter | undefined>("the default thread limiter", { default: undefined });
const TOKENS = 40;
