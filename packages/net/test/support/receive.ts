import { EndOfStreamError, waitAllTasksBlocked } from "@anyio/core";

/** Receives until the end, or until there are `atLeast` bytes. */
export async function receiveAll(
  stream: { receive(): Promise<Uint8Array> },
  atLeast: number = Infinity,
): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  try {
    while (size < atLeast) {
      const bytes = await stream.receive();
      size += bytes.length;
      pieces.push(bytes);
    }
  } catch (error) {
    if (!(error instanceof EndOfStreamError)) throw error;
  }
  return Buffer.concat(pieces);
}

/** Waits until what is on its way has come as far as it can: it may be on its way through the system. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 10; i++) {
    await waitAllTasksBlocked();
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
