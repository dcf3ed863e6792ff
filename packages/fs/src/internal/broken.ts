import { BrokenResourceError, ClosedResourceError, EndOfStreamError, isCancelled } from "@anyio/core";

/** The system's errors, as those of a stream. */
export function asBroken(error: unknown): unknown {
  if (error instanceof EndOfStreamError || error instanceof ClosedResourceError || isCancelled(error)) return error;
  return new BrokenResourceError(`the file has failed: ${String(error)}`, { cause: error });
}
