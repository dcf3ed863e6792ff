import { quiet } from "./internal/quiet.js";
import { isCancelled } from "./is-cancelled.js";

/**
 * Passes a promise on, so that its rejection by a cancellation is never an unhandled one: what an operation that is written as an async function
 * returns. Other errors that nobody awaits are reported as ever.
 */
export function quietly<T>(promise: Promise<T>): Promise<T> {
  const passed = new Promise<T>((resolve, reject) => {
    promise.then(resolve, (error: unknown) => {
      if (isCancelled(error)) quiet(passed);
      reject(error);
    });
  });
  return passed;
}
