import type { Label } from "./internal/label.js";
import { ambient } from "./internal/realm.js";
import { refuse } from "./internal/refuse.js";
import { attach } from "./internal/scope-tree.js";
import { ForeignWaiter } from "./internal/foreign-waiter.js";
import { type Queue, Waiter } from "./internal/waiter.js";

/**
 * The queue under all primitives: first in, first out, handed over to the head, never raced for.
 *
 * Joining, waking and leaving by cancellation are O(1): the queue is a doubly linked list through the waiters themselves.
 *
 * @typeParam T what a waiter is woken with
 * @typeParam K what a waiter brings along, for whoever wakes it to see
 * @example
 * const queue = new WaitQueue<string>();
 * await withTaskGroup(async (tg) => {
 *   const first = tg.startSoon(() => queue.wait("a turn"));
 *   const second = tg.startSoon(() => queue.wait("a turn"));
 *   await waitAllTasksBlocked();
 *   queue.wake("one");
 *   queue.wake("two");
 *   return [await first.result(), await second.result()];
 * }); // => ["one", "two"]
 * @see trio.lowlevel.ParkingLot, where the idea comes from
 */
export class WaitQueue<T = void, K = undefined> implements Queue, Iterable<K> {
  #head: Waiter | null = null;
  #tail: Waiter | null = null;
  #size = 0;
  readonly #isForeign: boolean;

  /** @param isForeign whether it is something outside of this library that wakes, as for `suspendForeign()` */
  constructor({ isForeign = false }: { isForeign?: boolean } = {}) {
    this.#isForeign = isForeign;
  }

  /** How many wait. */
  get size(): number {
    return this.#size;
  }

  /**
   * Joins the end of the queue and waits to be woken.
   *
   * **Cancellation:** leaves the queue and rejects. Once woken, the value is delivered.
   *
   * @param label what a task dump says this waits for
   * @param token what the waiter brings along
   */
  wait(label: Label, ...[token]: K extends undefined ? [token?: K] : [token: K]): Promise<T> {
    const scope = ambient();
    if (scope.effective !== null) return refuse(scope, scope.effective);
    const waiter = this.#isForeign ? new ForeignWaiter<T>(scope, label, token) : new Waiter<T>(scope, label, token);
    attach(scope, waiter);
    this.#append(waiter);
    return waiter.promise;
  }

  /** Wakes whoever has waited longest; false when nobody waits. */
  wake(value: T): boolean {
    return this.#head?.resume(value) ?? false;
  }

  /** Wakes all who wait now, in order, and tells how many. */
  wakeAll(value: T): number {
    const count = this.#size;
    for (let i = 0; i < count; i++) this.wake(value);
    return count;
  }

  /** Fails whoever has waited longest; false when nobody waits. */
  fail(error: unknown): boolean {
    return this.#head?.throw(error) ?? false;
  }

  /** Wakes, in order, those who wait now and brought a token that `which` picks, and tells how many. It looks at all. */
  wakeWhere(which: (token: K) => boolean, value: T): number {
    return this.#settleWhere(which, (waiter) => waiter.resume(value));
  }

  /** Fails, in order, those who wait now and brought a token that `which` picks, each with an error of its own. It looks at all. */
  failWhere(which: (token: K) => boolean, makeError: () => unknown): number {
    return this.#settleWhere(which, (waiter) => waiter.throw(makeError()));
  }

  /** The token of whoever has waited longest. */
  peek(): K | undefined {
    return this.#head?.token as K | undefined;
  }

  /** The tokens of all who wait, in order. */
  *[Symbol.iterator](): Generator<K, void, undefined> {
    for (let waiter = this.#head; waiter !== null; waiter = waiter.behind) yield waiter.token as K;
  }

  /** @internal */
  remove(waiter: Waiter): void {
    const { ahead, behind } = waiter;
    if (ahead === null) this.#head = behind;
    else ahead.behind = behind;
    if (behind === null) this.#tail = ahead;
    else behind.ahead = ahead;
    waiter.ahead = waiter.behind = waiter.queue = null;
    this.#size--;
  }

  #settleWhere(which: (token: K) => boolean, settle: (waiter: Waiter) => boolean): number {
    const picked: Waiter[] = [];
    for (let waiter = this.#head; waiter !== null; waiter = waiter.behind) {
      if (which(waiter.token as K)) picked.push(waiter);
    }
    return picked.filter(settle).length;
  }

  #append(waiter: Waiter): void {
    waiter.queue = this;
    waiter.ahead = this.#tail;
    if (this.#tail === null) this.#head = waiter;
    else this.#tail.behind = waiter;
    this.#tail = waiter;
    this.#size++;
  }
}
