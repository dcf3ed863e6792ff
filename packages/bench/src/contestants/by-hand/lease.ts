import type { Releasable } from "./tools.js";

/** Gives back what was acquired, once, however often it is asked to. */
export class Lease implements Releasable {
  #held: Releasable | undefined;

  constructor(held: Releasable) {
    this.#held = held;
  }

  release(): void {
    const held = this.#held;
    this.#held = undefined;
    held?.release();
  }
}
