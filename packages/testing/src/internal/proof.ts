import assert from "node:assert/strict";
import { CancelScope } from "@anyio/core";

/** Calls `fn` in a scope that is cancelled already. */
export function inCancelledScope<T>(fn: () => Promise<T>): Promise<T> {
  const scope = new CancelScope();
  scope.cancel();
  return scope.run(fn) as Promise<T>;
}

/** What a promise comes to, its error too. */
export function outcomeOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.catch((error: unknown) => error);
}

/** What `assert.rejects` takes, but it works for errors of other copies of our packages too. */
export function isA(type: new (...args: never[]) => Error): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof type, `expected a ${type.name}, not ${String(error)}`);
    return true;
  };
}
