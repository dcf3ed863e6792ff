import { quietly } from "@anyio/core/lowlevel";
import { Group } from "./internal/group.js";
import { checkThunks, type Results, type Thunks } from "./internal/thunks.js";

/**
 * Runs functions concurrently and returns their results in the order of the functions. The first failure cancels the rest.
 *
 * **Cancellation:** entering is no cancellation point; one from outside cancels all of them and travels on.
 *
 * @param thunks functions, not promises: a promise has started already
 * @throws {TypeError} when one of them is no function
 * @throws {TaskCancelledError} when one of them has cancelled itself, and none has failed
 * @throws as `withTaskGroup` does
 * @example
 * const [user, orders] = await gather([async () => "Ada", async () => [7, 11]]);
 * `${user}: ${orders.length} orders`; // => "Ada: 2 orders"
 */
export function gather<const T extends Thunks>(thunks: T): Promise<Results<T>> {
  return quietly(collect(thunks) as Promise<Results<T>>);
}

async function collect(thunks: Thunks): Promise<unknown[]> {
  checkThunks(thunks);
  const handles = await new Group({ name: "gather" }).run((group) => thunks.map((thunk) => group.startSoon(thunk)));
  return (handles ?? []).map((handle) => handle.returnValue);
}
