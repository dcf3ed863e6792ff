/**
 * What an acquired lock, semaphore or capacity limiter is given back by: disposing of it does so, once, however often it
 * is disposed of. It belongs to nobody: any task may dispose of it.
 *
 * @example
 * const lock = new Lock();
 * const lease = await lock.acquire();
 * lease[Symbol.dispose]();
 * lock.locked; // => false
 */
export interface Lease extends Disposable {
  /** Gives it back. It is called by `using`. */
  [Symbol.dispose](): void;
}
