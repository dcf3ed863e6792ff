import { abandonOnCancel } from "@anyio/core";
import { checkpoint, quietly, WaitQueue } from "@anyio/core/lowlevel";
import { Group } from "./internal/group.js";
import type { TaskHandle } from "./task-handle.js";

export interface AmapOptions {
  /** How many calls may be under way at once; no limit unless given. */
  limit?: number;
}

/**
 * Calls a function for each item concurrently, and returns the results in the order of the items. The first failure cancels the rest.
 *
 * The next item is pulled only when a call may begin, so that `items` can be endless or expensive; it is closed when it is
 * left early.
 *
 * **Cancellation:** pulling an item is a cancellation point; one from outside cancels all calls and travels on.
 *
 * @param fn gets the item and its index
 * @param items any iterable or async iterable
 * @throws {RangeError} when the limit is not a positive integer or Infinity
 * @throws {TypeError} when `fn` is no function, or `items` no iterable
 * @throws {TaskCancelledError} when a call has cancelled itself, and none has failed
 * @throws as `withTaskGroup` does
 * @example
 * const square = async (n: number) => {
 *   await sleep(40 - 10 * n);
 *   return n * n;
 * };
 * await amap(square, [1, 2, 3], { limit: 2 }); // => [1, 4, 9]
 */
export function amap<I, R>(
  fn: (item: I, index: number) => R | PromiseLike<R>,
  items: Iterable<I> | AsyncIterable<I>,
  options: AmapOptions = {},
): Promise<R[]> {
  return quietly(map(fn, items, options.limit ?? Infinity));
}

async function map<I, R>(
  fn: (item: I, index: number) => R | PromiseLike<R>,
  items: Iterable<I> | AsyncIterable<I>,
  limit: number,
): Promise<R[]> {
  if (typeof fn !== "function") throw new TypeError(`fn must be a function, not ${String(fn)}`);
  if (!(limit >= 1) || (limit !== Infinity && !Number.isInteger(limit))) {
    throw new RangeError(`limit must be a positive integer or Infinity, not ${String(limit)}`);
  }
  const source = new Source(items);
  const results: R[] = [];
  const cancelled: TaskHandle<void>[] = [];
  await new Group({ name: "amap" }).run(async (group) => {
    const slots = new WaitQueue();
    let free = limit;
    try {
      for (let index = 0; ; index++) {
        if (free > 0) free--;
        else await slots.wait("a call to finish");
        const next = await source.next();
        if (next.done) return;
        const work = async (): Promise<void> => {
          results[index] = await fn(next.value, index);
        };
        const handle = group.spawn(work, (outcome) => {
          if (outcome === "cancelled") cancelled.push(handle);
          if (!slots.wake()) free++;
        });
      }
    } finally {
      await source.close();
    }
  });
  // A call that has cancelled itself has no result to put in its place: asking for it throws.
  await cancelled[0]?.result();
  return results;
}

/** Where items come from, one at a time. */
class Source<I> {
  readonly #iterator: Iterator<I> | AsyncIterator<I>;
  #state: "idle" | "pulling" | "over" = "idle";

  constructor(items: Iterable<I> | AsyncIterable<I>) {
    const given = items as Partial<Iterable<I> & AsyncIterable<I>> | null | undefined;
    const iterator = given?.[Symbol.asyncIterator]?.() ?? given?.[Symbol.iterator]?.();
    if (iterator === undefined)
      throw new TypeError(`items must be an iterable or async iterable, not ${String(items)}`);
    this.#iterator = iterator;
  }

  async next(): Promise<IteratorResult<I>> {
    // Before the pull: a cancellation must not cost an item, and an endless source must not starve the event loop.
    await checkpoint();
    // Where `next` throws, there is nothing left to close.
    this.#state = "over";
    const next = this.#iterator.next();
    let result = next as IteratorResult<I>;
    if ("then" in next) {
      this.#state = "pulling";
      result = await abandonOnCancel(next);
    }
    this.#state = result.done ? "over" : "idle";
    return result;
  }

  /** Closes what was left early. A generator that is parked in its own `await` does not answer: it is told, not waited for. */
  async close(): Promise<void> {
    if (this.#state === "over") return;
    const closing = Promise.resolve(this.#iterator.return?.());
    if (this.#state === "idle") await closing;
    else closing.catch(() => {});
  }
}
