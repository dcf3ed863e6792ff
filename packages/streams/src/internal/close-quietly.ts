import { type Closable, forceClose } from "@anyio/core";

/** Closes what has failed already: the first error is the one to be told. */
export async function closeQuietly(resource: Closable): Promise<void> {
  try {
    await forceClose(resource);
  } catch {}
}
