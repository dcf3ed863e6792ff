import { InvalidStateError, type TaskInfo } from "@anyio/core";
import { taskInfo } from "@anyio/core/lowlevel";
import { Permits } from "./internal/permits.js";
import { runWith } from "./internal/run-with.js";
import type { Lease } from "./lease.js";

export interface LockStatistics {
  readonly locked: boolean;
  /** The task that took the current lease; null where the lock is free. */
  readonly owner: TaskInfo | null;
  /** How many tasks wait for the lock. */
  readonly tasksWaiting: number;
}

/** @internal */
export let permitsOf: (lock: Lock) => Permits;

/**
 * Lets one in at a time, first come, first served.
 *
 * It belongs to the lease, not to the task: two branches of one `Promise.all` may contend for it, and whoever has the lease may
 * give it back. Who acquires it again while holding it waits for ever. Unlike AnyIO's, for a task of JavaScript has branches.
 *
 * @example
 * const lock = new Lock();
 * const log: string[] = [];
 * const work = (name: string) =>
 *   lock.run(async () => {
 *     log.push(`${name} begins`);
 *     await sleep(5);
 *     log.push(`${name} ends`);
 *   });
 * await Promise.all([work("a"), work("b")]);
 * log; // => ["a begins", "a ends", "b begins", "b ends"]
 * @see anyio.Lock
 */
export class Lock {
  readonly #permits = new Permits("a lock", 1);

  /** Whether somebody has it. */
  get locked(): boolean {
    return this.#permits.out > 0;
  }

  /**
   * Waits for the lock and takes it: `using _ = await lock.acquire()`.
   *
   * **Cancellation:** leaves the queue. Where the lock was handed over before, the lease is delivered.
   *
   * @returns what gives the lock back
   */
  acquire(): Promise<Lease> {
    return this.#permits.acquire();
  }

  /**
   * Takes the lock, where that needs no waiting.
   *
   * @throws {WouldBlockError} when somebody has it
   */
  acquireNowait(): Lease {
    return this.#permits.acquireNowait();
  }

  /**
   * Gives the lock back, and ends its current lease: disposing of that does nothing any more.
   *
   * @throws {InvalidStateError} when nobody has it
   */
  release(): void {
    const lease = this.#permits.oldest;
    if (lease === null) throw new InvalidStateError("the lock is not held; acquire it before you release it");
    lease[Symbol.dispose]();
  }

  /**
   * Calls `fn` while holding the lock: for code without `using`.
   *
   * **Cancellation:** while waiting for the lock, leaves the queue; in a cancelled scope `fn` is not called. While `fn` runs, the
   * cancellation is `fn`'s.
   *
   * @returns what `fn` returns
   */
  run<T>(fn: () => T | PromiseLike<T>): Promise<T> {
    return runWith(() => this.acquire(), fn);
  }

  /** What can be told of it now. */
  statistics(): LockStatistics {
    const { oldest, tasksWaiting } = this.#permits;
    return { locked: oldest !== null, owner: oldest === null ? null : taskInfo(oldest.task), tasksWaiting };
  }

  static {
    permitsOf = (lock) => lock.#permits;
  }
}
