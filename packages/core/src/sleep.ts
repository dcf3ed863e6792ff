import { checkpoint } from "./checkpoint.js";
import { checkTime } from "./internal/deadline.js";
import { ambient } from "./internal/realm.js";
import { attach } from "./internal/scope-tree.js";
import { Waiter } from "./internal/waiter.js";
import { suspend } from "./suspend.js";

/**
 * Waits for a while. With 0 or less it only lets others run.
 *
 * **Cancellation:** ends the wait.
 *
 * @param ms how long; `Infinity` for ever
 * @throws {RangeError} when `ms` is NaN
 * @example
 * const start = currentTime();
 * await sleep(20);
 * currentTime() - start >= 20; // => true
 */
export function sleep(ms: number): Promise<void> {
  return wait(sleepText, ms);
}

/**
 * Waits until `time`, in ms of `currentTime()`. With a time that is past it only lets others run.
 *
 * **Cancellation:** ends the wait.
 *
 * @throws {RangeError} when `time` is NaN
 * @example
 * const start = currentTime();
 * for (let i = 1; i <= 3; i++) await sleepUntil(start + 10 * i);
 * currentTime() >= start + 30; // => true
 */
export function sleepUntil(time: number): Promise<void> {
  return wait(sleepUntilText, time);
}

/**
 * Waits to be cancelled.
 *
 * @example
 * await moveOnAfter(20, () => sleepForever()); // => undefined
 */
export function sleepForever(): Promise<never> {
  return suspend("sleepForever()", () => {});
}

// The labels tell the two apart, so that a wait needs no more than one closure.
const sleepText = (ms: unknown): string => `sleep(${ms as number})`;
const sleepUntilText = (time: unknown): string => `sleepUntil(${time as number})`;

function wait(label: typeof sleepText, given: number): Promise<void> {
  let time: number;
  try {
    time = checkTime(given, "the time to sleep");
  } catch (error) {
    return Promise.reject(error);
  }
  const scope = ambient();
  const { clock } = scope.task.run;
  const now = clock.now();
  const at = label === sleepText ? now + time : time;
  if (at <= now || scope.effective !== null) return checkpoint();
  const waiter = new Waiter<void>(scope, label, time);
  attach(scope, waiter);
  if (at < Infinity) waiter.undo = clock.schedule(at, () => waiter.resume());
  return waiter.promise;
}
