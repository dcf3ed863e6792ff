import { BusyResourceError, ClosedResourceError, currentEffectiveDeadline } from "@anyio/core";
import { checkpointIfCancelled, quietly, suspend, type Suspension } from "@anyio/core/lowlevel";
import { type TaskGroup, withTaskGroup } from "@anyio/task-groups";

/** That a listener is served: once at a time, in a group that closing the listener ends. */
export class Serving {
  #isClosed = false;
  #isServing = false;
  #group: TaskGroup | null = null;
  #joiners: Suspension<void>[] = [];

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /**
   * Serves by calling `body` in a group of its own, until that fails, is cancelled, or {@link close} is called.
   *
   * @param handler what the user wants connections to be handled by
   * @throws {TypeError} when `handler` is no function
   * @throws {ClosedResourceError} when the listener was closed, before or meanwhile
   * @throws {BusyResourceError} when it is being served already
   */
  run(handler: unknown, body: (tg: TaskGroup) => Promise<unknown>): Promise<never> {
    if (typeof handler !== "function") {
      return Promise.reject(new TypeError(`handler must be a function, not ${typeof handler}`));
    }
    if (this.#isClosed) return Promise.reject(closed());
    if (this.#isServing) {
      return Promise.reject(
        new BusyResourceError("the listener is being served already; cancel that first, or share its handler"),
      );
    }
    this.#isServing = true;
    return quietly(this.#serve(body));
  }

  /** Ends and joins what {@link run} runs. **Cancellation:** closing always closes, without joining then. */
  close(): Promise<void> {
    this.#isClosed = true;
    this.#group?.cancel("the listener was closed");
    // A handler that closes its listener is cancelled by that, and cannot wait for itself.
    if (!this.#isServing || currentEffectiveDeadline() === -Infinity) return Promise.resolve();
    return suspend<void>("the handlers of a listener to end", (waiter) => {
      this.#joiners.push(waiter);
      return () => void waiter.resume();
    });
  }

  async #serve(body: (tg: TaskGroup) => Promise<unknown>): Promise<never> {
    try {
      await withTaskGroup(async (tg) => {
        this.#group = tg;
        await checkpointIfCancelled();
        await body(tg);
      });
    } finally {
      this.#isServing = false;
      this.#group = null;
      for (const joiner of this.#joiners.splice(0)) joiner.resume();
    }
    throw closed();
  }
}

/** What the use of a closed listener meets. */
export function closed(): ClosedResourceError {
  return new ClosedResourceError("the listener is closed; create a new one");
}
