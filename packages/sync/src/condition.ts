import { CancelScope, InvalidStateError } from "@anyio/core";
import { bindScope, immediate, quietly, WaitQueue } from "@anyio/core/lowlevel";
import { checkLimit } from "./internal/check-count.js";
import type { Permit, Permits } from "./internal/permits.js";
import { show } from "./internal/show.js";
import type { Lease } from "./lease.js";
import { Lock, type LockStatistics, permitsOf } from "./lock.js";

export interface ConditionStatistics {
  /** How many tasks wait to be notified. */
  readonly tasksWaiting: number;
  readonly lockStatistics: LockStatistics;
}

/**
 * A lock, with a way for its holder to wait until somebody else has changed what it guards.
 *
 * @example
 * const condition = new Condition();
 * const items: string[] = [];
 * await withTaskGroup(async (tg) => {
 *   tg.startSoon(() =>
 *     condition.run(() => {
 *       items.push("item");
 *       condition.notify();
 *     }),
 *   );
 *   return condition.run(async () => {
 *     await condition.waitFor(() => items.length > 0);
 *     return items.pop();
 *   });
 * }); // => "item"
 * @see anyio.Condition
 */
export class Condition {
  readonly #lock: Lock;
  readonly #permits: Permits;
  /** Each brings what gets its lease back. */
  readonly #queue = new WaitQueue<void, () => void>();

  /**
   * @param lock one of its own unless given; several conditions may share one
   * @throws {TypeError} when it is no `Lock`
   */
  constructor(lock: Lock = new Lock()) {
    if (!(lock instanceof Lock)) throw new TypeError(`lock must be a Lock, not ${show(lock)}`);
    this.#lock = lock;
    this.#permits = permitsOf(lock);
  }

  /** Whether somebody has the lock. */
  get locked(): boolean {
    return this.#lock.locked;
  }

  /** Waits for the lock and takes it, as {@link Lock.acquire} does. **Cancellation:** leaves the queue. */
  acquire(): Promise<Lease> {
    return this.#lock.acquire();
  }

  /**
   * Takes the lock, where that needs no waiting.
   *
   * @throws {WouldBlockError} when somebody has it
   */
  acquireNowait(): Lease {
    return this.#lock.acquireNowait();
  }

  /**
   * Gives the lock back, and ends its current lease.
   *
   * @throws {InvalidStateError} when nobody has it
   */
  release(): void {
    this.#lock.release();
  }

  /** Calls `fn` while holding the lock, as {@link Lock.run} does. **Cancellation:** in a cancelled scope `fn` is not called. */
  run<T>(fn: () => T | PromiseLike<T>): Promise<T> {
    return this.#lock.run(fn);
  }

  /**
   * Gives up the lock, waits to be notified, and has the same lease again before it returns or throws.
   *
   * **Cancellation:** ends the wait, and takes no notification; then the lock is waited for, whatever happens. Who was
   * notified before has been notified.
   *
   * @throws {InvalidStateError} when the lock is not held, or the lease was disposed of meanwhile
   */
  wait(): Promise<void> {
    // In a scope of its own, so that who leaves the scope around it waits until the lock is back.
    const scope = new CancelScope({ name: "condition.wait()" });
    return scope.run(() => this.#waitWithout(this.#held("wait()")));
  }

  /**
   * Waits until a predicate holds: asks it now, and after every notification.
   *
   * **Cancellation:** as {@link wait}; in a cancelled scope the predicate is not asked.
   *
   * @param predicate is asked while the lock is held
   * @returns what the predicate returned
   * @throws {InvalidStateError} when the lock is not held
   * @throws {TypeError} when the predicate is no function, or returns a promise, which would hold always
   */
  waitFor<T>(predicate: () => T): Promise<T> {
    return quietly(this.#waitFor(predicate));
  }

  /**
   * Wakes those who have waited longest. Each goes on once it has the lock, in that order.
   *
   * @param n how many to wake, at most
   * @throws {InvalidStateError} when the lock is not held
   * @throws {RangeError} when `n` is neither a non-negative integer nor Infinity
   * @throws {TypeError} when `n` is no number
   */
  notify(n = 1): void {
    checkLimit("n", n);
    this.#held("notify()");
    for (let i = 0; i < n; i++) {
      const regain = this.#queue.peek();
      if (regain === undefined) return;
      // Keep this first: who was notified first is in line first, whenever it is told.
      regain();
      this.#queue.wake();
    }
  }

  /**
   * Wakes all who wait now.
   *
   * @throws {InvalidStateError} when the lock is not held
   */
  notifyAll(): void {
    this.#held("notifyAll()");
    this.notify(this.#queue.size);
  }

  /** What can be told of it now. */
  statistics(): ConditionStatistics {
    return { tasksWaiting: this.#queue.size, lockStatistics: this.#lock.statistics() };
  }

  #held(what: string): Permit {
    const permit = this.#permits.oldest;
    if (permit !== null) return permit;
    throw new InvalidStateError(`${what} needs the condition's lock, which nobody holds; acquire it first`);
  }

  async #waitWithout(permit: Permit): Promise<void> {
    let back: Promise<void> | undefined;
    const regain = bindScope(() => void (back ??= this.#permits.regain(permit)));
    const before = this.#queue.size;
    const notified = this.#queue.wait("a notification", regain);
    // In a cancelled scope it was refused, and keeps the lock.
    if (this.#queue.size === before) return notified;
    this.#permits.lend(permit);
    try {
      await notified;
    } finally {
      regain();
      await back;
    }
    if (permit.state === "over") {
      throw new InvalidStateError(
        "the lease was disposed of while condition.wait() had lent it out; dispose of it after the wait",
      );
    }
  }

  async #waitFor<T>(predicate: () => T): Promise<T> {
    if (typeof predicate !== "function") throw new TypeError(`predicate must be a function, not ${show(predicate)}`);
    const ask = (): T => {
      this.#held("waitFor()");
      const result = predicate();
      if (isPromise(result)) throw new TypeError("predicate must not be asynchronous; a promise always holds");
      return result;
    };
    let result = (await immediate(ask)) as T;
    while (!result) {
      await this.wait();
      result = ask();
    }
    return result;
  }
}

function isPromise(value: unknown): boolean {
  return typeof (value as { then?: unknown } | null | undefined)?.then === "function";
}
