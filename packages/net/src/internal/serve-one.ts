import { BrokenResourceError, type Closable, forceClose, isCancelled, moveOnAfter } from "@anyio/core";
import type { ServeOptions } from "@anyio/streams";

/**
 * Has one connection handled, and closes it.
 *
 * A handler that is cancelled, or fails with what nobody takes, has it closed at once: what was sent is with the system. Otherwise it is
 * closed in order, which may take a while where bytes of a send that was cancelled are left; a client that does not take them cannot
 * hold it for long.
 */
export async function serveOne<T extends { close(): Promise<void> }>(
  stream: T,
  handler: (stream: T) => unknown,
  onError: ServeOptions<T>["onError"],
): Promise<void> {
  try {
    await handler(stream);
  } catch (error) {
    await handleError(error, stream, onError);
  }
  await closeInOrder(stream);
}

async function handleError<T extends Closable>(
  error: unknown,
  stream: T,
  onError: ServeOptions<T>["onError"],
): Promise<void> {
  try {
    if (onError === undefined || isCancelled(error)) throw error;
    await onError(error, stream);
  } catch (fatal) {
    await forceClose(stream);
    throw fatal;
  }
}

async function closeInOrder(stream: { close(): Promise<void> }): Promise<void> {
  try {
    await moveOnAfter(GRACE, () => stream.close());
  } catch (error) {
    // The handler has ended, and is none the worse for it.
    if (!(error instanceof BrokenResourceError)) throw error;
  }
}

const GRACE = 10_000;
