import { ExceptionGroup } from "@anyio/core";
import { ConnectionFailedError } from "../errors.js";

/** What was tried, and how it failed. */
export interface FailedAttempt {
  /** An address as people write it: "127.0.0.1:80", "[::1]:80", a path. */
  readonly address: string;
  readonly error: unknown;
}

/**
 * What is thrown when every attempt has failed; there has to be one.
 *
 * @param target what the caller wanted to connect to, as people write it
 */
export function connectionFailed(target: string, attempts: readonly FailedAttempt[]): ConnectionFailedError {
  const reasons = attempts.map(({ address, error }) =>
    address === target ? reasonOf(error) : `${address}: ${reasonOf(error)}`,
  );
  return failed(
    target,
    reasons.join("; "),
    attempts.map(({ error }) => error),
  );
}

/** What is thrown when the addresses of `target` could not be looked up. */
export function lookUpFailed(target: string, error: unknown): ConnectionFailedError {
  return failed(target, reasonOf(error), [error]);
}

function failed(target: string, reasons: string, errors: readonly unknown[]): ConnectionFailedError {
  return new ConnectionFailedError(`could not connect to ${target}: ${reasons}`, {
    cause: new ExceptionGroup(errors, `connecting to ${target} failed`, { cause: errors[0] }),
  });
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code = "" } = error as NodeJS.ErrnoException;
  const reason = REASONS[code];
  return reason === undefined ? error.message : `${reason} (${code})`;
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: "it may not be used",
  EADDRINUSE: "the local address is in use",
  EADDRNOTAVAIL: "the local address is not one of this machine's",
  EAI_AGAIN: "the name servers do not answer; try again later",
  ECONNREFUSED: "nobody listens there",
  ECONNRESET: "the connection was reset at once",
  EHOSTUNREACH: "the host cannot be reached",
  ENETUNREACH: "the network cannot be reached",
  ENOENT: "there is no such socket",
  ENOTFOUND: "the name was not found",
  ENOTSOCK: "it is no socket",
  ETIMEDOUT: "it does not answer",
};
