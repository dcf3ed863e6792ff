import { BrokenResourceError, InvalidStateError, waitAllTasksBlocked } from "@anyio/core";
import { quietly, suspend, type Suspension } from "@anyio/core/lowlevel";

/**
 * Puts stretches of different tasks into one order: the stretch after `step(1)` begins when the one after `step(0)` has come to where
 * it, and everybody else, waits.
 *
 * Unlike Trio's a step has no end of its own; being blocked is its end.
 *
 * @example
 * const sequencer = new Sequencer();
 * const said: string[] = [];
 * await gather([
 *   async () => {
 *     await sequencer.step(0);
 *     said.push("asks");
 *     await sequencer.step(2);
 *     said.push("thanks");
 *   },
 *   async () => {
 *     await sequencer.step(1);
 *     said.push("answers");
 *   },
 * ]);
 * said; // => ["asks", "answers", "thanks"]
 * @see trio.testing.Sequencer
 */
export class Sequencer {
  readonly #claimed = new Set<number>();
  readonly #waiting = new Map<number, Suspension<void>>();
  #next = 0;
  /** The step that will never be taken. */
  #broken: number | null = null;

  /**
   * Waits for the turn of step `n`: until all steps before it have been taken, and all tasks are blocked.
   *
   * **Cancellation:** breaks the sequence: whoever waits for a later step, or will, gets a `BrokenResourceError`.
   *
   * @param n counts from 0
   * @throws {RangeError} when `n` is no integer from 0
   * @throws {InvalidStateError} when step `n` was asked for before
   * @throws {BrokenResourceError} when a step before it was cancelled
   */
  step(n: number): Promise<void> {
    return quietly(this.#step(n));
  }

  async #step(n: number): Promise<void> {
    if (!Number.isSafeInteger(n) || n < 0) throw new RangeError(`n must be an integer from 0, not ${n}`);
    if (this.#claimed.has(n)) throw new InvalidStateError(`step ${n} was asked for before; give each its own number`);
    this.#claimed.add(n);
    try {
      this.#check(n);
      if (n > this.#next) await this.#turnOf(n);
      if (n > 0) await waitAllTasksBlocked();
      // An earlier step may have been cancelled after it let this one go on to wait.
      this.#check(n);
    } catch (error) {
      this.#break(n);
      throw error;
    }
    this.#next = n + 1;
    this.#waiting.get(this.#next)?.resume();
  }

  #turnOf(n: number): Promise<void> {
    return suspend<void>(`step ${n} of a sequence`, (waiter) => {
      this.#waiting.set(n, waiter);
      return () => void this.#waiting.delete(n);
    });
  }

  #check(n: number): void {
    if (this.#broken !== null && this.#broken < n) throw brokenBy(this.#broken);
  }

  #break(n: number): void {
    if (this.#broken !== null) return;
    this.#broken = n;
    for (const [later, waiter] of this.#waiting) if (later > n) waiter.throw(brokenBy(n));
  }
}

function brokenBy(n: number): BrokenResourceError {
  return new BrokenResourceError(`the sequence is broken: step ${n} was cancelled`);
}
