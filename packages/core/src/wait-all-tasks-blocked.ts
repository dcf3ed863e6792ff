import { onceStill } from "./internal/pulse.js";
import { ambient } from "./internal/realm.js";
import { inFlight } from "./in-flight.js";
import { suspend } from "./suspend.js";

/**
 * Waits until all other tasks of this run are blocked: for tests that must not sleep. A task that awaits something foreign
 * counts as blocked after two idle turns of the event loop. A virtual clock stands still meanwhile.
 *
 * **Cancellation:** ends the wait.
 *
 * @example
 * const events: string[] = [];
 * await withTaskGroup(async (tg) => {
 *   tg.startSoon(async () => {
 *     events.push("asks");
 *     await sleepForever();
 *   });
 *   await waitAllTasksBlocked();
 *   events.push("waits");
 *   tg.cancel();
 * });
 * events; // => ["asks", "waits"]
 * @see anyio.wait_all_tasks_blocked
 */
export function waitAllTasksBlocked(): Promise<void> {
  const { pulse } = ambient().task.run;
  return suspend<void>("all other tasks to be blocked", (waiter) => {
    const landed = inFlight();
    const cancel = onceStill(pulse, false, () => {
      landed();
      waiter.resume();
    });
    return () => {
      landed();
      cancel();
    };
  });
}
