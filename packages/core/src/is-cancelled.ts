import { NOTHING, withoutCancellations } from "./internal/cancellations.js";

/**
 * Tells whether an error is a cancellation: ours, a platform abort that ours caused, or a group of nothing else.
 *
 * @example
 * const error = await moveOnAfter(20, () => sleep(10_000).catch((error: unknown) => error));
 * isCancelled(error); // => true
 * @see rethrowIfCancelled for the usual need
 */
export function isCancelled(error: unknown): boolean {
  return withoutCancellations(error) === NOTHING;
}

/**
 * Throws a cancellation on: the first line of a `catch` that catches everything.
 *
 * @example
 * let failures = 0;
 * await moveOnAfter(20, async () => {
 *   for (const step of [() => JSON.parse("{"), () => sleep(10_000)]) {
 *     try {
 *       await step();
 *     } catch (error) {
 *       rethrowIfCancelled(error);
 *       failures++;
 *     }
 *   }
 * });
 * failures; // => 1
 */
export function rethrowIfCancelled(error: unknown): void {
  if (isCancelled(error)) throw error;
}
