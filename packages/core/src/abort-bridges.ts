import { signalOf } from "./cancel-scope.js";
import { CancelledError } from "./cancelled-error.js";
import { isCancelled } from "./is-cancelled.js";
import { quiet } from "./internal/quiet.js";
import { ambient } from "./internal/realm.js";
import { suspendForWork } from "./suspend.js";

/**
 * The signal of the scope this is called in, for functions of the platform: it is aborted, with a `CancelledError` as its
 * reason, when the scope is effectively cancelled.
 *
 * Keep it in a variable where a listener needs it: a listener is called in the scope of whoever cancels.
 *
 * @example
 * const response = await fetch("data:text/plain,hello", { signal: currentSignal() });
 * await response.text(); // => "hello"
 */
export function currentSignal(): AbortSignal {
  return signalOf(ambient());
}

/**
 * Calls `fn` with a signal of its own and waits for it.
 *
 * **Cancellation:** in a cancelled scope `fn` is not called. While waiting, the signal is aborted and `fn` is still waited for: when it
 * ends by that abort, this rejects with a `CancelledError`; when it completes or fails otherwise, so does this.
 *
 * @example
 * const text = await withSignal(async (signal) => {
 *   const response = await fetch("data:text/plain,hello", { signal });
 *   return response.text();
 * });
 * text; // => "hello"
 */
export function withSignal<T>(fn: (signal: AbortSignal) => PromiseLike<T>): Promise<T> {
  const scope = ambient();
  return suspendForWork<T>("foreign work with a signal", (waiter) => {
    const controller = new AbortController();
    const fail = (error: unknown): void => {
      const { effective } = scope;
      waiter.throw(
        controller.signal.aborted && effective !== null && isAbort(error) ? new CancelledError(effective) : error,
      );
    };
    fn(controller.signal).then((value) => waiter.resume(value), fail);
    return () => {
      controller.abort(scope.effective === null ? undefined : new CancelledError(scope.effective));
      return false;
    };
  });
}

/**
 * Waits for a promise of somebody else's, as long as nobody cancels.
 *
 * **Cancellation:** stops waiting. The work goes on unowned; its value is dropped and a late error is consumed.
 *
 * @example
 * const never = new Promise<string>(() => {});
 * await moveOnAfter(20, () => abandonOnCancel(never)); // => undefined
 */
export function abandonOnCancel<T>(promise: PromiseLike<T>): Promise<T> {
  let isWaiting = false;
  const waiting = suspendForWork<T>("a foreign promise", (waiter) => {
    isWaiting = true;
    promise.then(
      (value) => waiter.resume(value),
      (error: unknown) => waiter.throw(error),
    );
  });
  if (!isWaiting) quiet(promise);
  return waiting;
}

// Libraries that were handed a signal make abort errors of their own, without our reason in them.
function isAbort(error: unknown): boolean {
  return isCancelled(error) || (error instanceof Error && error.name === "AbortError");
}
