import { InvalidStateError } from "@anyio/core";
import { currentTask, immediate, taskInfo, type TaskReference } from "@anyio/core/lowlevel";
import { checkLimit } from "./internal/check-count.js";
import { Permit, Permits } from "./internal/permits.js";
import { runWith } from "./internal/run-with.js";
import { show } from "./internal/show.js";
import type { Lease } from "./lease.js";

export interface CapacityLimiterStatistics {
  readonly borrowedTokens: number;
  readonly totalTokens: number;
  /** Who has a token, longest first: the borrower that was named, or else the task that took it, a `TaskInfo`. */
  readonly borrowers: readonly unknown[];
  /** How many tasks wait for a token. */
  readonly tasksWaiting: number;
}

/**
 * Limits how many use something at a time; the limit can be changed at any time. First come, first served.
 *
 * Every lease is a borrower of its own unless one is named, which can borrow one token at a time. Unlike AnyIO's, where the task is
 * the borrower, for a task of JavaScript has branches.
 *
 * @example
 * const limiter = new CapacityLimiter(1);
 * const first = await limiter.acquireOnBehalfOf("a");
 * const second = limiter.acquireOnBehalfOf("b");
 * limiter.totalTokens = 2;
 * await second;
 * limiter.statistics().borrowers; // => ["a", "b"]
 * @see anyio.CapacityLimiter
 */
export class CapacityLimiter {
  readonly #permits: Permits;
  /** What the named borrowers have, or wait for. */
  readonly #named = new Map<unknown, NamedPermit>();

  /**
   * @param totalTokens how many may have a token at a time; 0 and Infinity too
   * @throws {RangeError} when it is neither a non-negative integer nor Infinity
   * @throws {TypeError} when it is no number
   */
  constructor(totalTokens: number) {
    this.#permits = new Permits("a capacity limiter", checkLimit("totalTokens", totalTokens));
  }

  /**
   * How many may have a token at a time. Setting it higher lets in who waits, in order; setting it lower takes no token
   * from anybody, and lets nobody in until enough have come back.
   *
   * @throws {RangeError} when set to what is neither a non-negative integer nor Infinity
   * @throws {TypeError} when set to what is no number
   */
  get totalTokens(): number {
    return this.#permits.total;
  }

  set totalTokens(totalTokens: number) {
    this.#permits.total = checkLimit("totalTokens", totalTokens);
  }

  /** How many tokens are out. */
  get borrowedTokens(): number {
    return this.#permits.out;
  }

  /** How many tokens can be borrowed now; negative where the limit was set to less than is out. */
  get availableTokens(): number {
    return this.#permits.free;
  }

  /**
   * Waits until there is a token, and borrows it: `using _ = await limiter.acquire()`.
   *
   * **Cancellation:** leaves the queue. Where a token was handed over before, the lease is delivered.
   *
   * @returns what gives the token back
   */
  acquire(): Promise<Lease> {
    return this.#permits.acquire();
  }

  /**
   * Borrows a token, where that needs no waiting.
   *
   * @throws {WouldBlockError} when there is none
   */
  acquireNowait(): Lease {
    return this.#permits.acquireNowait();
  }

  /**
   * Waits until there is a token, and borrows it in somebody's name.
   *
   * **Cancellation:** leaves the queue. Where a token was handed over before, the lease is delivered.
   *
   * @param borrower anything; what is equal as a key of a `Map` is the same borrower
   * @returns what gives the token back
   * @throws {InvalidStateError} when the borrower has a token, or waits for one
   */
  acquireOnBehalfOf(borrower: unknown): Promise<Lease> {
    const permit = this.#name(borrower, currentTask());
    if (permit === null) return Promise.reject(busy(borrower));
    if (this.#permits.free > 0) return immediate(() => this.#permits.takeNowait(this.#enter(permit)));
    const waiting = this.#permits.wait(this.#enter(permit));
    waiting.catch(() => permit.leave());
    return waiting;
  }

  /**
   * Borrows a token in somebody's name, where that needs no waiting.
   *
   * @throws {WouldBlockError} when there is none
   * @throws {InvalidStateError} when the borrower has a token, or waits for one
   */
  acquireOnBehalfOfNowait(borrower: unknown): Lease {
    const permit = this.#name(borrower, currentTask());
    if (permit === null) throw busy(borrower);
    this.#permits.takeNowait(permit);
    return this.#enter(permit);
  }

  /**
   * Gives back the token that was borrowed in somebody's name, and ends its lease.
   *
   * @throws {InvalidStateError} when the borrower has none
   */
  releaseOnBehalfOf(borrower: unknown): void {
    const permit = this.#named.get(borrower);
    if (permit?.state !== "out") {
      throw new InvalidStateError(`${show(borrower)} has no token of the limiter; acquire one on its behalf first`);
    }
    permit[Symbol.dispose]();
  }

  /**
   * Calls `fn` while it has a token: for code without `using`.
   *
   * **Cancellation:** while waiting for a token, leaves the queue; in a cancelled scope `fn` is not called. While `fn` runs, the
   * cancellation is `fn`'s.
   *
   * @returns what `fn` returns
   */
  run<T>(fn: () => T | PromiseLike<T>): Promise<T> {
    return runWith(() => this.acquire(), fn);
  }

  /** What can be told of it now. */
  statistics(): CapacityLimiterStatistics {
    const { out, total, tasksWaiting } = this.#permits;
    const borrowers = Array.from(this.#permits, (permit) =>
      permit instanceof NamedPermit ? permit.borrower : taskInfo(permit.task),
    );
    return { borrowedTokens: out, totalTokens: total, borrowers, tasksWaiting };
  }

  /** A permit in somebody's name; null where the borrower has one, or waits for one. */
  #name(borrower: unknown, task: TaskReference): NamedPermit | null {
    const former = this.#named.get(borrower);
    // The one who waited may have been cancelled just now.
    if (former !== undefined && (former.state === "out" || this.#permits.awaits(former))) return null;
    return new NamedPermit(this.#permits, task, borrower, this.#named);
  }

  #enter(permit: NamedPermit): NamedPermit {
    this.#named.set(permit.borrower, permit);
    return permit;
  }
}

class NamedPermit extends Permit {
  readonly #named: Map<unknown, NamedPermit>;

  constructor(
    permits: Permits,
    task: TaskReference,
    readonly borrower: unknown,
    named: Map<unknown, NamedPermit>,
  ) {
    super(permits, task);
    this.#named = named;
  }

  /** Makes way for another permit of the same borrower. */
  leave(): void {
    if (this.#named.get(this.borrower) === this) this.#named.delete(this.borrower);
  }

  override [Symbol.dispose](): void {
    this.leave();
    super[Symbol.dispose]();
  }
}

function busy(borrower: unknown): InvalidStateError {
  return new InvalidStateError(
    `${show(borrower)} has a token of the limiter or waits for one; give it back first, or name another borrower`,
  );
}
