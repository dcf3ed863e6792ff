import { BrokenResourceError } from "@anyio/core";

/** What a stream tells of a socket that has failed: the system's own error is the cause. */
export function brokenBy(error: unknown): BrokenResourceError {
  return new BrokenResourceError(`the connection is broken: ${reasonOf(error)}; open a new one`, { cause: error });
}

/** What a stream tells of a socket that somebody else has destroyed. */
export function destroyed(): BrokenResourceError {
  return new BrokenResourceError("the socket was destroyed by somebody else; close the stream instead");
}

function reasonOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  return REASONS[code ?? ""] ?? (error instanceof Error ? error.message : String(error));
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNRESET: "the other side has reset it (ECONNRESET)",
  EPIPE: "the other side does not receive any more (EPIPE)",
  ECONNABORTED: "it was aborted (ECONNABORTED)",
  ETIMEDOUT: "the other side does not answer any more (ETIMEDOUT)",
};
