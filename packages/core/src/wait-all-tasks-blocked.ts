import { cancelTurn, inNextTurn } from "./internal/event-loop.js";
import { ambient } from "./internal/realm.js";
import { suspend } from "./suspend.js";

/**
 * Waits until all other tasks of this run are blocked: for tests that must not sleep. A task that awaits something foreign
 * counts as blocked after two idle turns of the event loop.
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
  const { run } = ambient().task;
  return suspend<void>("all other tasks to be blocked", (waiter) => {
    let seen = -1;
    let idleTurns = 0;
    let timer: ReturnType<typeof inNextTurn>;
    const look = (): void => {
      idleTurns = run.activity === seen ? idleTurns + 1 : 0;
      seen = run.activity;
      if (idleTurns === IDLE_TURNS) waiter.resume();
      else timer = inNextTurn(look);
    };
    timer = inNextTurn(look);
    return () => cancelTurn(timer);
  });
}

const IDLE_TURNS = 2;
