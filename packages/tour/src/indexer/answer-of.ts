import { abandonOnCancel, failAfter } from "@anyio/core";

/** A disk that does not answer for so long is a problem of one file, and not of the rest. */
const PATIENCE = 10_000;

/** Waits for a request to the file system: as long as nobody cancels, and not for ever. */
export function answerOf<T>(request: Promise<T>): Promise<T> {
  return failAfter(PATIENCE, () => abandonOnCancel(request), { reason: "the disk" });
}
