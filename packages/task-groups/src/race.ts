import { quietly } from "@anyio/core/lowlevel";
import { Group } from "./internal/group.js";
import { checkThunks, type Results, type Thunks } from "./internal/thunks.js";
import type { TaskHandle } from "./task-handle.js";

/**
 * Runs functions concurrently; the first to finish decides, with its value or its error. The rest are cancelled and waited for before this
 * settles. What their cleanup throws is thrown.
 *
 * Unlike `Promise.race` it leaves nothing running.
 *
 * **Cancellation:** entering is no cancellation point; one from outside cancels all of them and travels on.
 *
 * @param thunks functions, not promises: a promise has started already
 * @throws {RangeError} when there are none
 * @throws {TaskCancelledError} when all of them have cancelled themselves
 * @example
 * const ask = async (replica: string, ms: number) => {
 *   await sleep(ms);
 *   return replica;
 * };
 * await race([() => ask("far", 10_000), () => ask("near", 10)]); // => "near"
 */
export function race<const T extends Thunks>(thunks: T): Promise<Results<T>[number]> {
  return quietly(first(thunks) as Promise<Results<T>[number]>);
}

async function first(thunks: Thunks): Promise<unknown> {
  checkThunks(thunks);
  if (thunks.length === 0) throw new RangeError("thunks is empty; a race needs at least one function");
  const finished: TaskHandle<unknown>[] = [];
  const handles = await new Group({ name: "race" }).run((group) => {
    return thunks.map((thunk) => {
      const handle = group.spawn(thunk, (outcome) => {
        if (outcome !== "finished") return;
        finished.push(handle);
        group.cancel("another function of the race has finished");
      });
      return handle;
    });
  });
  // Without a winner all have cancelled themselves, and that is what any of them says.
  return (finished[0] ?? handles?.[0])?.returnValue;
}
