import { CancelledError } from "@anyio/core";
import { DeadlockError } from "@anyio/testing";

/** The deadlock that a test was cancelled for, or the error as it is. */
export function deadlockIn(error: unknown): unknown {
  return error instanceof CancelledError && error.reason instanceof DeadlockError ? error.reason : error;
}
