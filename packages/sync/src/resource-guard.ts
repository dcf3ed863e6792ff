import { BusyResourceError } from "@anyio/core";

/**
 * Keeps a second task out of what one task may use at a time: the second gets an error at once.
 *
 * @example
 * const guard = new ResourceGuard("reading from");
 * const use = guard.enter();
 * try {
 *   guard.enter();
 * } catch (error) {
 *   console.log((error as Error).message);
 *   // => another task is already reading from this resource; let one task own it or guard it with a lock
 * } finally {
 *   use[Symbol.dispose]();
 * }
 * @see anyio.ResourceGuard
 */
export class ResourceGuard {
  #use: Disposable | null = null;

  /** @param action what is done with the resource, "reading from", for the error's message */
  constructor(readonly action: string = "using") {}

  /**
   * Begins a use of the resource: `using _ = guard.enter()`.
   *
   * @returns what ends the use, once
   * @throws {BusyResourceError} when another use has not ended
   */
  enter(): Disposable {
    if (this.#use !== null) {
      throw new BusyResourceError(
        `another task is already ${this.action} this resource; let one task own it or guard it with a lock`,
      );
    }
    const use: Disposable = {
      [Symbol.dispose]: () => {
        if (this.#use === use) this.#use = null;
      },
    };
    this.#use = use;
    return use;
  }
}
