import { availableParallelism } from "node:os";
import { RunVar } from "@anyio/core/lowlevel";
import { CapacityLimiter } from "@anyio/sync";

/**
 * The limiter of `toProcess.run()` where none is given: as many tokens as there are processors. There is one for each `run()`; set its
 * `totalTokens` for another number.
 *
 * @example
 * await run(() => {
 *   defaultProcessLimiter().totalTokens = 2;
 *   return defaultProcessLimiter().totalTokens;
 * }); // => 2
 * @see anyio.to_process.current_default_process_limiter
 */
export function defaultProcessLimiter(): CapacityLimiter {
  const limiter = current.get() ?? new CapacityLimiter(availableParallelism());
  current.set(limiter);
  return limiter;
}

const current = new RunVar<CapacityLimiter | undefined>("the default process limiter", { default: undefined });
