import { TimeoutError } from "../by-hand/timeout-error.js";

/**
 * Runs `work` with a signal that is aborted after `ms`, or along with `parent`. The race decides: work that ignores its
 * signal has timed out all the same. Then the work is waited for; a race alone would leave it running.
 */
export async function withTimeout<T>(
  ms: number,
  work: (signal: AbortSignal) => T | Promise<T>,
  parent?: AbortSignal,
): Promise<T> {
  parent?.throwIfAborted();
  const controller = new AbortController();
  const onAbort = () => controller.abort(parent?.reason);
  parent?.addEventListener("abort", onAbort, { once: true });
  const timer = setTimeout(() => controller.abort(new TimeoutError(ms)), ms);
  let working: T | Promise<T> | undefined;
  try {
    working = work(controller.signal);
    // oxlint-disable-next-line no-restricted-properties -- what is written by hand; both partners end with the scope
    return await Promise.race([working, aborted(controller.signal)]);
  } catch (error) {
    await Promise.allSettled([working]);
    throw error;
  } finally {
    clearTimeout(timer);
    parent?.removeEventListener("abort", onAbort);
  }
}

/** Rejects with the signal's reason when it is aborted. The listener goes with the signal, which is the scope's own. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.throwIfAborted();
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
