import type { Scheduler } from "@anyio/core/lowlevel";

/** Resumes what is ready in an order that its seed decides. */
export class SeededScheduler implements Scheduler {
  readonly #ready: (() => void)[] = [];
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  ready(resume: () => void): void {
    if (this.#ready.push(resume) === 1) setImmediate(this.#serve);
  }

  readonly #serve = (): void => {
    const [resume] = this.#ready.splice(this.#random(this.#ready.length), 1);
    if (this.#ready.length > 0) setImmediate(this.#serve);
    resume?.();
  };

  // A linear congruential generator: enough to vary an order, and the same on every runtime.
  #random(below: number): number {
    this.#state = (this.#state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return Math.floor((this.#state / 2 ** 32) * below);
  }
}
