import { checkpoint, WaitQueue } from "@anyio/core/lowlevel";

export interface EventStatistics {
  /** How many tasks wait for the event. */
  readonly tasksWaiting: number;
}

/**
 * Something that happens once, and that any number of tasks wait for.
 *
 * It cannot be unset: whoever needs another event makes one.
 *
 * @example
 * const ready = new Event();
 * await withTaskGroup(async (tg) => {
 *   tg.startSoon(async () => {
 *     await sleep(10);
 *     ready.set();
 *   });
 *   await ready.wait();
 *   return ready.isSet;
 * }); // => true
 * @see anyio.Event
 */
export class Event {
  #isSet = false;
  readonly #queue = new WaitQueue();

  /** Whether it has happened. */
  get isSet(): boolean {
    return this.#isSet;
  }

  /** Makes it happen: whoever waits goes on, in the order in which they came. Further calls do nothing. */
  set(): void {
    this.#isSet = true;
    this.#queue.wakeAll();
  }

  /**
   * Waits until it has happened. Where it has, this only lets others run.
   *
   * **Cancellation:** ends the wait. Where the event was set before, the wait succeeds.
   */
  wait(): Promise<void> {
    return this.#isSet ? checkpoint() : this.#queue.wait("an event");
  }

  /** What can be told of it now. */
  statistics(): EventStatistics {
    return { tasksWaiting: this.#queue.size };
  }
}
