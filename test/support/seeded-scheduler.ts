import type { Scheduler } from "@anyio/core/lowlevel";

/** Resumes what is ready one at a time, in an order that follows from a seed. */
export class SeededScheduler implements Scheduler {
  readonly #ready: (() => void)[] = [];
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  get isBusy(): boolean {
    return this.#ready.length > 0;
  }

  ready(resume: () => void): void {
    if (this.#ready.push(resume) === 1) setImmediate(this.#turn);
  }

  readonly #turn = (): void => {
    const [resume] = this.#ready.splice(this.#random() % this.#ready.length, 1);
    resume?.();
    if (this.#ready.length > 0) setImmediate(this.#turn);
  };

  // mulberry32
  #random(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }
}
