import { CancelledError } from "./cancelled-error.js";
import { DeadlineScope, scopeOf, type CancelScope } from "./cancel-scope.js";
import { TimeoutError } from "./errors.js";
import { checkTime } from "./internal/deadline.js";
import { absorb, Block } from "./internal/block.js";
import { currentTime } from "./time.js";

export interface MoveOnOptions {
  /** Whether cancellations from outside stay outside. */
  shield?: boolean;
}

export interface FailOptions extends MoveOnOptions {
  /** What is done in the block, for the error's message. */
  reason?: string;
}

/**
 * Calls `fn` in a scope that is cancelled when the time is up, and goes on without an error then.
 *
 * **Cancellation:** entering is no cancellation point; one from outside travels on.
 *
 * @param ms how long, counted from this call; null or `Infinity` for no limit
 * @returns what `fn` returns, or `undefined` when the time was up and `fn` ended by that
 * @throws {RangeError} when `ms` is NaN
 * @example
 * const answer = await moveOnAfter(20, async () => {
 *   await sleep(10_000);
 *   return 42;
 * });
 * answer; // => undefined
 * @see anyio.move_on_after
 */
export function moveOnAfter<T>(
  ms: number | null,
  fn: (scope: CancelScope) => T | PromiseLike<T>,
  options?: MoveOnOptions,
): Promise<T | undefined> {
  return moveOn({ start: currentTime(), time: ms }, fn, options);
}

/**
 * Like {@link moveOnAfter}, with an absolute time: ms of `currentTime()`.
 *
 * @example
 * await moveOnAt(currentTime() + 20, () => sleep(10_000)); // => undefined
 */
export function moveOnAt<T>(
  deadline: number | null,
  fn: (scope: CancelScope) => T | PromiseLike<T>,
  options?: MoveOnOptions,
): Promise<T | undefined> {
  return moveOn({ start: 0, time: deadline }, fn, options);
}

/**
 * Calls `fn` in a scope that is cancelled when the time is up, and fails then.
 *
 * **Cancellation:** entering is no cancellation point; one from outside travels on.
 *
 * @param ms how long, counted from this call; null or `Infinity` for no limit
 * @returns what `fn` returns
 * @throws {TimeoutError} when the time was up and `fn` ended by that
 * @throws {RangeError} when `ms` is NaN
 * @example
 * const error = await failAfter(20, () => sleep(10_000)).catch((error) => error);
 * error.name; // => "TimeoutError"
 * @see anyio.fail_after
 */
export function failAfter<T>(
  ms: number | null,
  fn: (scope: DeadlineScope) => T | PromiseLike<T>,
  options?: FailOptions,
): Promise<T> {
  return fail({ start: currentTime(), time: ms }, fn, options);
}

/**
 * Like {@link failAfter}, with an absolute time: ms of `currentTime()`.
 *
 * @example
 * const error: unknown = await failAt(currentTime() + 20, () => sleep(10_000)).catch((error) => error);
 * error instanceof TimeoutError; // => true
 */
export function failAt<T>(
  deadline: number | null,
  fn: (scope: DeadlineScope) => T | PromiseLike<T>,
  options?: FailOptions,
): Promise<T> {
  return fail({ start: 0, time: deadline }, fn, options);
}

/**
 * Calls `fn` out of reach of cancellations from outside: for cleanup that has to wait.
 *
 * **Cancellation:** held back while `fn` runs; it strikes at the next operation after.
 *
 * @param options `timeout`: how long it may take, in ms; give it one where what it waits for may never come
 * @returns what `fn` returns
 * @throws {TimeoutError} when the time was up and `fn` ended by that
 * @throws {RangeError} when the timeout is NaN
 * @example
 * const events: string[] = [];
 * await moveOnAfter(20, async () => {
 *   try {
 *     await sleep(10_000);
 *   } finally {
 *     await shield(() => sleep(10), { timeout: 1000 });
 *     events.push("said goodbye");
 *   }
 * });
 * events; // => ["said goodbye"]
 * @see anyio.CancelScope, whose `shield=True` this is
 */
export function shield<T>(
  fn: (scope: DeadlineScope) => T | PromiseLike<T>,
  options?: { timeout?: number | null },
): Promise<T> {
  const limit = { start: currentTime(), time: options?.timeout ?? null };
  return fail(limit, fn, { shield: true, reason: "the shielded block" });
}

interface Limit {
  readonly start: number;
  readonly time: number | null;
}

function moveOn<T>(limit: Limit, fn: (scope: CancelScope) => unknown, options?: MoveOnOptions): Promise<T | undefined> {
  let block: Block;
  try {
    block = makeBlock(limit, undefined, options?.shield);
  } catch (error) {
    return Promise.reject(error);
  }
  return block.enter(fn, scopeOf(block), absorb) as Promise<T | undefined>;
}

function fail<T>(limit: Limit, fn: (scope: DeadlineScope) => unknown, options?: FailOptions): Promise<T> {
  let block: Block;
  try {
    block = makeBlock(limit, options?.reason, options?.shield);
  } catch (error) {
    return Promise.reject(error);
  }
  return block.enter(fn, new DeadlineScope(block), absorbOrFail) as Promise<T>;
}

function makeBlock({ start, time }: Limit, name: string | undefined, shield = false): Block {
  const block = new Block(name);
  block.shield = shield;
  const at = start + checkTime(time, "the time limit");
  if (at < Infinity) block.deadline = { at, since: start || currentTime(), handle: null };
  return block;
}

function absorbOrFail(block: Block): unknown {
  const value = absorb(block);
  if (!block.extras?.caught) return value;
  const { cancellation, deadline, name } = block;
  // Only `currentScope()` can have cancelled it otherwise, and then nothing was late.
  if (cancellation !== null && cancellation.source !== "deadline") throw new CancelledError(cancellation);
  const budget = deadline === null ? Infinity : deadline.at - deadline.since;
  throw new TimeoutError(name ?? "the block", budget, cancellation?.waitingFor);
}
