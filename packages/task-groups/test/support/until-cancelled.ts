import { sleepForever } from "@anyio/core";

/** Waits to be cancelled, and cleans up then. */
export async function untilCancelled(cleanUp: () => unknown): Promise<never> {
  try {
    return await sleepForever();
  } finally {
    await cleanUp();
  }
}
