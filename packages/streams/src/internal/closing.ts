import { type Closable, ExceptionGroup, forceClose, isCancelled } from "@anyio/core";
import { checkpointIfCancelled, quietly } from "@anyio/core/lowlevel";
import { waitFor } from "./wait-for.js";

/** Closes all at once, whatever becomes of each, and waits for all. One error is thrown as it is, several as a group. */
export async function closeAll(resources: readonly { close(): unknown }[]): Promise<void> {
  const results = await Promise.allSettled(resources.map(async (resource) => resource.close()));
  const errors = results.flatMap((result) => (result.status === "rejected" ? [result.reason as unknown] : []));
  if (errors.length > 1) throw new ExceptionGroup(errors, "closing failed", { cause: errors[0] });
  if (errors.length === 1) throw errors[0];
}

/** Closes what has failed already: the first error is the one to be told. */
export async function closeQuietly(resource: Closable): Promise<void> {
  try {
    await forceClose(resource);
  } catch {}
}

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

/** Closes a sending side as the end of what is sent, which unlike other closing is refused in a cancelled scope. */
export function closeUnlessCancelled(side: { close(): unknown }): Promise<void> {
  return quietly(checkpointIfCancelled().then(async () => void (await side.close())));
}
