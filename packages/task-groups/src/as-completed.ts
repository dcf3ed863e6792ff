import { checkpoint, immediate, quietly, WaitQueue } from "@anyio/core/lowlevel";
import { Group } from "./internal/group.js";
import { checkThunks, type Results, type Thunks } from "./internal/thunks.js";
import type { TaskHandle } from "./task-handle.js";

/**
 * Runs functions concurrently and hands their tasks to `fn` in the order in which they finish. The first failure cancels the rest.
 *
 * Leaving `fn` early cancels what has not finished.
 *
 * **Cancellation:** entering is no cancellation point; waiting for the next completion is one. One from outside cancels all and travels on.
 *
 * @param thunks functions, not promises: a promise has started already
 * @param fn gets the finished tasks as an async iterable
 * @returns what `fn` returns
 * @throws {TypeError} when one of the thunks is no function
 * @throws as `withTaskGroup` does
 * @example
 * const names: string[] = [];
 * const walk = async (name: string, ms: number) => {
 *   await sleep(ms);
 *   return name;
 * };
 * await asCompleted([() => walk("tortoise", 60), () => walk("hare", 10)], async (completions) => {
 *   for await (const task of completions) names.push(task.returnValue);
 * });
 * names; // => ["hare", "tortoise"]
 */
export function asCompleted<const T extends Thunks, R>(
  thunks: T,
  fn: (completions: AsyncIterableIterator<TaskHandle<Results<T>[number]>>) => R | PromiseLike<R>,
): Promise<R> {
  return quietly(consume(thunks as Thunks<Results<T>[number]>, fn));
}

async function consume<T, R>(
  thunks: Thunks<T>,
  fn: (completions: AsyncIterableIterator<TaskHandle<T>>) => R | PromiseLike<R>,
): Promise<R> {
  checkThunks(thunks);
  const result = await new Group({ name: "asCompleted" }).run(async (group) => {
    const completions = new Completions<T>(thunks.length);
    for (const thunk of thunks) {
      const handle = group.spawn(thunk, (outcome) => {
        if (outcome !== "failed") completions.add(handle);
      });
    }
    const value = await fn(completions);
    group.cancel("the completions are no longer awaited");
    return value;
  });
  return result as R;
}

/** Tasks in order of completion. Several loops may share it: each task goes to one of them. */
class Completions<T> implements AsyncIterableIterator<TaskHandle<T>> {
  /** How many have not been handed to anybody: who is woken has been given one, though it is yet to go on. */
  #left: number;
  readonly #completed: TaskHandle<T>[] = [];
  #taken = 0;
  readonly #waiters = new WaitQueue<TaskHandle<T>>();

  constructor(expected: number) {
    this.#left = expected;
  }

  add(handle: TaskHandle<T>): void {
    if (this.#waiters.wake(handle)) this.#left--;
    else this.#completed.push(handle);
  }

  next(): Promise<IteratorResult<TaskHandle<T>>> {
    return quietly(this.#next());
  }

  return(): Promise<IteratorResult<TaskHandle<T>>> {
    this.#left = 0;
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async #next(): Promise<IteratorResult<TaskHandle<T>>> {
    if (this.#left <= this.#waiters.size) {
      await checkpoint();
      return { done: true, value: undefined };
    }
    const isThere = this.#taken < this.#completed.length;
    const value = await (isThere ? immediate(this.#take) : this.#waiters.wait("a function to finish"));
    return { done: false, value };
  }

  readonly #take = (): TaskHandle<T> => {
    this.#left--;
    return this.#completed[this.#taken++] as TaskHandle<T>;
  };
}
