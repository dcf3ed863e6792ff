/** Resolves `reached` when `arrive` has been called `count` times: how a body knows that all its tasks have begun. */
export class Countdown {
  readonly reached: Promise<void>;
  #missing: number;
  #resolve!: () => void;

  constructor(count: number) {
    this.#missing = count;
    this.reached = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  readonly arrive = (): void => {
    this.#missing -= 1;
    if (this.#missing === 0) this.#resolve();
  };
}
