import { isCancelled } from "@anyio/core";
import { waitFor } from "./wait-for.js";

/**
 * Waits for the end of a graceful step of closing, and throws what it throws. Cancelled, it resolves at once; what becomes
 * of the step nobody is told.
 *
 * @returns whether the step has ended
 */
export async function settleUnlessCancelled(step: PromiseLike<unknown>): Promise<boolean> {
  try {
    await waitFor(step, "a stream to close");
    return true;
  } catch (error) {
    if (!isCancelled(error)) throw error;
    return false;
  }
}
