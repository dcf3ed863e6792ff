import { suspendForeign } from "@anyio/core/lowlevel";

/** Waits for a step of a stream's, which may depend on whoever is at its other side. Cancelled, it stops waiting; a late error is consumed. */
export function waitFor<T>(step: PromiseLike<T>, what: string): Promise<T> {
  // In a cancelled scope nobody waits at all.
  step.then(undefined, ignore);
  return suspendForeign<T>(what, (waiter) => {
    step.then(
      (value) => waiter.resume(value),
      (error: unknown) => waiter.throw(error),
    );
  });
}

function ignore(): void {}
