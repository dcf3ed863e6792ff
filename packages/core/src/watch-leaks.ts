import { Block } from "./internal/block.js";
import { cancelNode } from "./cancel-scope.js";
import { type Closable, forceClose } from "./force-close.js";
import { type Leak, LeakWatch } from "./internal/leak-watch.js";
import { suspendShielded } from "./suspend.js";

export type { Leak } from "./internal/leak-watch.js";

/** What has become of a function, and what it left behind. */
export interface Watched<T> {
  readonly outcome: PromiseSettledResult<T>;
  readonly leaks: readonly Leak[];
}

/**
 * Calls `fn` in a scope of its own, waits for it, and tells what began in it and did not end with it: operations and scopes that were
 * pending when their scope was left, tasks of groups outside, and resources that are open, as far as {@link noteOpened} was told of
 * them. Tasks are then cancelled and waited for, and resources are closed by force. What began elsewhere meanwhile is not counted.
 *
 * **Cancellation:** entering is no cancellation point; a cancellation that ends `fn` is its outcome.
 *
 * @example
 * const { leaks } = await watchLeaks(() => void sleep(1000));
 * leaks.map(({ kind, name }) => `${kind} ${name}`); // => ["operation sleep(1000)"]
 */
export async function watchLeaks<T>(fn: () => T | PromiseLike<T>): Promise<Watched<T>> {
  const block = new Block("watchLeaks");
  const watch = new LeakWatch(block);
  const [outcome] = await Promise.allSettled([block.enter(fn, undefined, passOn) as Promise<T>]);
  const { leaks, tasks, resources } = watch;
  for (const task of tasks) cancelNode(task, "cancel", "it was left behind");
  await Promise.allSettled(resources.filter(isClosable).map(forceClose));
  await suspendShielded<void>("tasks that were left behind", (waiter) => watch.onceTasksEnded(() => waiter.resume()));
  watch.end();
  return { outcome, leaks };
}

function passOn({ failed, outcome }: Block): unknown {
  if (failed) throw outcome;
  return outcome;
}

function isClosable(resource: object): resource is Closable {
  return "close" in resource || Symbol.asyncDispose in resource || Symbol.dispose in resource;
}
