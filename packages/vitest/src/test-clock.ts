/** The clock of a test, as its fixture `clock` gives it: the same test can be written for the real clock and the virtual one. */
export interface TestClock {
  /** Whether time passes only when everything waits. */
  readonly isVirtual: boolean;
  /** The time in ms that `currentTime()` tells. */
  now(): number;
  /**
   * Lets `ms` pass: sleeps on the real clock; on the virtual one it takes no time, and what comes due has run.
   *
   * **Cancellation:** ends the wait; what has come due by then has run.
   */
  advance(ms: number): Promise<void>;
}
