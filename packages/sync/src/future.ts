import { WaitQueue } from "@anyio/core/lowlevel";
import { FutureAlreadyFinishedError, FutureCancelledError, FutureNotFinishedError } from "./errors.js";

/**
 * A result that somebody will give, once, and that any number of tasks wait for.
 *
 * An error that nobody reads is no unhandled rejection: it is a value here until somebody waits for it. Who waits and is
 * cancelled does not cancel the future.
 *
 * @example
 * const answer = new Future<number>();
 * await withTaskGroup(async (tg) => {
 *   tg.startSoon(async () => {
 *     await sleep(10);
 *     answer.setResult(42);
 *   });
 *   return answer.wait();
 * }); // => 42
 * @see anyio.Future
 */
export class Future<T> {
  #status: "pending" | "finished" | "failed" | "cancelled" = "pending";
  #outcome: unknown = undefined;
  readonly #queue = new WaitQueue<T>();

  /** Whether it has a result or an error, or was cancelled. */
  get done(): boolean {
    return this.#status !== "pending";
  }

  /**
   * The result.
   *
   * @throws the very error that was set
   * @throws {FutureNotFinishedError} when there is none yet
   * @throws {FutureCancelledError} when the future was cancelled
   */
  get result(): T {
    const error = this.error;
    if (this.#status === "failed") throw error;
    return this.#outcome as T;
  }

  /**
   * The error that was set; undefined where there is a result.
   *
   * @throws {FutureNotFinishedError} when there is neither yet
   * @throws {FutureCancelledError} when the future was cancelled
   */
  get error(): unknown {
    if (this.#status === "pending") throw new FutureNotFinishedError();
    if (this.#status === "cancelled") throw new FutureCancelledError();
    return this.#status === "failed" ? this.#outcome : undefined;
  }

  /**
   * Gives the result to whoever waits, in the order in which they came, and to whoever asks later.
   *
   * @throws {FutureAlreadyFinishedError} when there is a result or an error already
   * @throws {FutureCancelledError} when the future was cancelled
   */
  setResult(value: T): void {
    this.#finish("finished", value);
  }

  /**
   * Gives an error in place of a result.
   *
   * @throws {FutureAlreadyFinishedError} when there is a result or an error already
   * @throws {FutureCancelledError} when the future was cancelled
   */
  setError(error: unknown): void {
    this.#finish("failed", error);
  }

  /** Says that there will be no result: whoever waits gets a `FutureCancelledError`. Does nothing where the future is done. */
  cancel(): void {
    if (!this.done) this.#finish("cancelled", undefined);
  }

  /**
   * Waits for the result.
   *
   * **Cancellation:** ends the wait, not the future. Where the future was done before, its outcome is delivered.
   *
   * @throws the very error that was set
   * @throws {FutureCancelledError} when the future was or is cancelled
   */
  wait(): Promise<T> {
    const waiting = this.#queue.wait("a future");
    if (this.done) this.#tell();
    return waiting;
  }

  #finish(status: "finished" | "failed" | "cancelled", outcome: unknown): void {
    if (this.#status === "cancelled") throw new FutureCancelledError();
    if (this.done) throw new FutureAlreadyFinishedError();
    this.#status = status;
    this.#outcome = outcome;
    this.#tell();
  }

  #tell(): void {
    if (this.#status === "finished") this.#queue.wakeAll(this.#outcome as T);
    else while (this.#queue.fail(this.#status === "failed" ? this.#outcome : new FutureCancelledError()));
  }
}
