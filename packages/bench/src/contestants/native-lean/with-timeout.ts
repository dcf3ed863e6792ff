import { Scope } from "./scope.js";

export class TimeoutError extends Error {
  override readonly name = "TimeoutError";
}

/** Runs `work` with a scope that is cancelled after `ms`, or along with `parent`. Waits for the work itself. */
export async function withTimeout<T>(ms: number, work: (scope: Scope) => T | Promise<T>, parent?: Scope): Promise<T> {
  parent?.throwIfCancelled();
  const scope = new Scope();
  parent?.callbacks.add(scope.cancel);
  const timer = setTimeout(() => scope.cancel(new TimeoutError(`timed out after ${ms} ms`)), ms);
  try {
    return await work(scope);
  } finally {
    clearTimeout(timer);
    parent?.callbacks.delete(scope.cancel);
  }
}
