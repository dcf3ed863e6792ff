const PERIOD = 5;

/** Keeps one native timer going, and the largest time by which it was late, in milliseconds. */
export class LatenessProbe {
  #largest = 0;
  #due = 0;
  #timer: NodeJS.Timeout | undefined;

  start(): void {
    this.#due = performance.now() + PERIOD;
    this.#timer = setTimeout(this.#fired, PERIOD);
  }

  /** The timer that is on its way counts too: a loop that starved it may be what has just ended. */
  stop(): number {
    clearTimeout(this.#timer);
    this.#note();
    return this.#largest;
  }

  readonly #fired = (): void => {
    this.#note();
    this.start();
  };

  #note(): void {
    this.#largest = Math.max(this.#largest, performance.now() - this.#due);
  }
}
