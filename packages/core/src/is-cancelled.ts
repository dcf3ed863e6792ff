import { NOTHING, withoutCancellations } from "./internal/cancellations.js";

/**
 * Tells whether an error is a cancellation: ours, a platform abort that ours caused, or a group of nothing else.
 *
 * @see rethrowIfCancelled for the usual need
 */
export function isCancelled(error: unknown): boolean {
  return withoutCancellations(error) === NOTHING;
}

/**
 * Throws a cancellation on: the first line of a `catch` that catches everything.
 *
 * @example
 * try {
 *   await step();
 * } catch (error) {
 *   rethrowIfCancelled(error);
 *   console.warn("step failed, going on", error);
 * }
 */
export function rethrowIfCancelled(error: unknown): void {
  if (isCancelled(error)) throw error;
}
