import { checkpoint } from "./checkpoint.js";
import { checkTime } from "./internal/deadline.js";
import { ambient } from "./internal/realm.js";
import { suspend } from "./suspend.js";

/**
 * Waits for a while. With 0 or less it only lets others run.
 *
 * **Cancellation:** ends the wait.
 *
 * @param ms how long; `Infinity` for ever
 * @throws {RangeError} when `ms` is NaN
 */
export function sleep(ms: number): Promise<void> {
  const { clock } = ambient().task.run;
  return wait(clock.now(), ms, "sleep");
}

/**
 * Waits until `time`, in ms of `currentTime()`. With a time that is past it only lets others run.
 *
 * **Cancellation:** ends the wait.
 *
 * @throws {RangeError} when `time` is NaN
 */
export function sleepUntil(time: number): Promise<void> {
  return wait(0, time, "sleepUntil");
}

/** Waits to be cancelled. */
export function sleepForever(): Promise<never> {
  return suspend("sleepForever()", () => {});
}

function wait(start: number, time: number, name: string): Promise<void> {
  try {
    checkTime(time, "the time to sleep");
  } catch (error) {
    return Promise.reject(error);
  }
  const { clock } = ambient().task.run;
  const at = start + time;
  if (at <= clock.now()) return checkpoint();
  return suspend<void>(
    () => `${name}(${time})`,
    (waiter) => {
      if (at === Infinity) return undefined;
      const timer = clock.schedule(at, () => waiter.resume());
      return () => timer.cancel();
    },
  );
}
