import { type Clock, type ClockedRun, suspend } from "@anyio/core/lowlevel";
import { DeadlockError } from "./errors.js";
import { Timetable } from "./internal/timetable.js";

// Taken now: a test may put fake timers in their place.
const { setImmediate, clearImmediate, setTimeout, clearTimeout } = globalThis;

/** How a {@link VirtualClock} goes. */
export interface VirtualClockOptions {
  /** Whether time jumps to what is scheduled next as soon as everybody waits for it: false unless given. */
  autojump?: boolean;
}

/**
 * Time that stands still, until it is told to advance or, with `autojump`, until every task waits: then it jumps to whatever is
 * scheduled next. All time of this library goes through the clock of the run: sleeping, deadlines, times to live, periods of grace.
 * It begins at 0.
 *
 * With `autojump` it stands still while something real is in flight: system calls, threads and processes of this library, and what
 * `withSignal()` and `abandonOnCancel()` wait for while nothing else is pending in their scope. A task that awaits a foreign promise
 * without such a bridge counts as one that waits. Every task waits, each for something of this library's, and nothing is
 * scheduled? Nothing will ever happen again: the run is cancelled, and fails with a `DeadlockError`.
 *
 * @example
 * const clock = new VirtualClock({ autojump: true });
 * const main = async () => {
 *   await sleep(3_600_000);
 *   return currentTime();
 * };
 * await run(main, { backend: { clock } }); // => 3600000
 * @see trio.testing.MockClock
 */
export class VirtualClock implements Clock {
  readonly #timetable = new Timetable();
  readonly #runs = new Set<ClockedRun>();
  readonly #autojump: boolean;
  #now = 0;
  /** How many advance by hand: time does not jump meanwhile. */
  #advancing = 0;
  #watch: (() => void) | null = null;
  #isResting = false;
  /** How often in a row nothing was seen that could go on. */
  #deadLooks = 0;

  constructor({ autojump = false }: VirtualClockOptions = {}) {
    this.#autojump = autojump;
  }

  /** The time, in ms since the clock was made. */
  now(): number {
    return this.#now;
  }

  /** Calls back once the time is `at`. What is due at one time is called in the order in which it was scheduled. */
  schedule(at: number, callback: () => void): { cancel(): void } {
    if (this.#isResting) this.#watchNow();
    return this.#timetable.add(at, callback);
  }

  /** Called by `run()`. */
  attach(run: ClockedRun): () => void {
    this.#runs.add(run);
    if (this.#autojump && this.#watch === null) this.#watchNow();
    return () => {
      this.#runs.delete(run);
      if (this.#runs.size > 0) return;
      this.#watch?.();
      this.#watch = null;
      this.#isResting = false;
    };
  }

  /**
   * Lets time pass, by hand: what comes due is called at its time, and what follows from it has run before time goes on. It returns when
   * all other tasks are blocked. What is in flight is not waited for.
   *
   * **Cancellation:** ends it; time stays where it has come to.
   *
   * @param ms how much
   * @throws {TypeError} when `ms` is no number
   * @throws {RangeError} when `ms` is negative, NaN or infinite
   * @example
   * const clock = new VirtualClock();
   * const main = async () => {
   *   const slept = sleep(1000).then(() => "slept");
   *   await clock.advance(1000);
   *   return slept;
   * };
   * await run(main, { backend: { clock } }); // => "slept"
   */
  advance(ms: number): Promise<void> {
    try {
      checkStep(ms);
    } catch (error) {
      return Promise.reject(error);
    }
    const end = this.#now + ms;
    return suspend<void>(`${ms} ms of virtual time`, (waiter) => {
      let isOver = false;
      let cancel: () => void;
      const finish = (): void => {
        isOver = true;
        this.#advancing--;
      };
      const step = (): void => {
        if (this.#timetable.next <= end) {
          this.#jump();
          // What was due may have cancelled this very call.
          if (!isOver) cancel = this.#onBlocked(step);
          return;
        }
        this.#now = Math.max(this.#now, end);
        finish();
        waiter.resume();
      };
      this.#advancing++;
      cancel = this.#onBlocked(step);
      return () => {
        finish();
        cancel();
      };
    });
  }

  #jump(): void {
    this.#now = Math.max(this.#now, this.#timetable.next);
    this.#timetable.callNext();
  }

  readonly #idle = (): void => {
    if (this.#advancing > 0) {
      this.#rest();
      return;
    }
    if (this.#timetable.next < Infinity) {
      this.#deadLooks = 0;
      this.#jump();
    } else if (![...this.#runs].every(({ isParked }) => isParked)) {
      // Something foreign is awaited.
      this.#deadLooks = 0;
      this.#rest();
      return;
    } else if (++this.#deadLooks === DEAD_LOOKS) {
      this.#deadLooks = 0;
      for (const run of this.#runs) run.fail(new DeadlockError(run.dump()));
    }
    if (this.#runs.size > 0) this.#watchNow();
  };

  #watchNow(): void {
    const [run] = this.#runs;
    this.#watch?.();
    this.#isResting = false;
    this.#watch = run?.onIdle(this.#idle) ?? null;
  }

  /** Looks again before long, as looking all the time would take all of a processor. */
  #rest(): void {
    const timer = setTimeout(() => this.#watchNow(), REST);
    this.#watch = () => clearTimeout(timer);
    this.#isResting = true;
  }

  /** Without a run there is nobody who could be blocked. */
  #onBlocked(callback: () => void): () => void {
    const [run] = this.#runs;
    if (run !== undefined) return run.onBlocked(callback);
    const turn = setImmediate(callback);
    return () => clearImmediate(turn);
  }
}

// A task that has something pending may await the next turn of the event loop, and cannot be seen to: a deadlock stays one for long.
const DEAD_LOOKS = 16;

// In real ms; nothing of the virtual time depends on it.
const REST = 2;

function checkStep(ms: number): void {
  if (typeof ms !== "number") throw new TypeError(`ms must be a number, not ${typeof ms} ${String(ms)}`);
  if (!(ms >= 0 && ms < Infinity)) throw new RangeError(`ms must be 0 or more and finite, not ${ms}`);
}
