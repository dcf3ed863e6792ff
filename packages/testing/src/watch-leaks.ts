import { CancelScope, type Closable, forceClose } from "@anyio/core";
import { suspendShielded, witness } from "@anyio/core/lowlevel";
import { LeakWatch } from "./internal/leak-watch.js";
import type { Leak } from "./leak.js";

/** What has become of a function, and what it left behind. */
export interface Watched<T> {
  readonly outcome: PromiseSettledResult<T>;
  readonly leaks: readonly Leak[];
}

/**
 * Calls `fn` in a scope of its own, waits for it, and tells what it left behind: what {@link assertNoLeaks} is made of, for whoever
 * reports in another way. What was left behind is cancelled and waited for, or closed by force.
 *
 * **Cancellation:** entering is no cancellation point; a cancellation that ends `fn` is its outcome.
 *
 * @example
 * const { leaks } = await watchLeaks(() => void sleep(1000));
 * leaks.map(({ kind, name }) => `${kind} ${name}`); // => ["operation sleep(1000)"]
 */
export async function watchLeaks<T>(fn: () => T | PromiseLike<T>): Promise<Watched<T>> {
  const watch = new LeakWatch();
  const scope = new CancelScope({ name: "watchLeaks" });
  const end = witness(scope, watch);
  // Nobody cancels this scope, so what comes out of it is what came out of `fn`.
  const [outcome] = await Promise.allSettled([scope.run(fn) as Promise<T>]);
  const { leaks, tasks, resources } = watch;
  for (const task of tasks) task.cancel("it was left behind");
  await Promise.allSettled(resources.filter(isClosable).map(forceClose));
  await suspendShielded<void>("tasks that were left behind", (waiter) => watch.onceTasksEnded(() => waiter.resume()));
  end();
  return { outcome, leaks };
}

function isClosable(resource: object): resource is Closable {
  return "close" in resource || Symbol.asyncDispose in resource || Symbol.dispose in resource;
}
