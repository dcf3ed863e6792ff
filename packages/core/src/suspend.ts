import { ForeignWaiter, WorkWaiter } from "./internal/foreign-waiter.js";
import type { Label } from "./internal/label.js";
import { ambient } from "./internal/realm.js";
import { refuse } from "./internal/refuse.js";
import { attach, type ScopeNode } from "./internal/scope-tree.js";
import { type Undo, Waiter, waitShielded } from "./internal/waiter.js";

/** One pending operation, as its author sees it. */
export interface Suspension<T> {
  /** Completes the operation with `value`; false when it was completed, failed or cancelled before. */
  resume(value: T): boolean;
  /** Fails the operation with `error`; false when it was completed, failed or cancelled before. */
  throw(error: unknown): boolean;
}

/**
 * Waits until `start`'s waiter is resumed: the one way in which every operation of this library waits.
 *
 * `start` registers, and may return an undo. It may resume the waiter at once. An undo that throws rejects the operation
 * with its error.
 *
 * **Cancellation:** in a cancelled scope it rejects and `start` is not called. While waiting, the undo is called, then
 * the operation rejects; an undo that returns false refuses, and the operation completes in its own time. Once resumed,
 * the value is delivered.
 *
 * @param label what a task dump says this waits for; a function or an object is asked only when somebody looks
 * @example
 * const message = await suspend<string>("a message", (waiter) => {
 *   const timer = setTimeout(() => waiter.resume("hello"), 10);
 *   return () => clearTimeout(timer);
 * });
 * message; // => "hello"
 * @see trio.lowlevel.wait_task_rescheduled, where the design comes from
 */
export function suspend<T>(label: Label, start: (waiter: Suspension<T>) => Undo | void): Promise<T> {
  const scope = ambient();
  if (scope.effective !== null) return refuse(scope, scope.effective);
  return begin(scope, new Waiter<T>(scope, label, undefined), start);
}

/**
 * Waits like {@link suspend}, for something outside of this library: a stream, an event or a callback of somebody else's. Nobody can tell
 * whether it will come, so a virtual clock does not take such a wait for a deadlock; time goes on meanwhile.
 *
 * **Cancellation:** as of {@link suspend}.
 *
 * @example
 * const controller = new AbortController();
 * setTimeout(() => controller.abort("enough"), 10);
 * const reason = await suspendForeign<unknown>("an abort", (waiter) => {
 *   const { signal } = controller;
 *   const listen = () => void waiter.resume(signal.reason);
 *   signal.addEventListener("abort", listen, { once: true });
 *   return () => signal.removeEventListener("abort", listen);
 * });
 * reason; // => "enough"
 */
export function suspendForeign<T>(label: Label, start: (waiter: Suspension<T>) => Undo | void): Promise<T> {
  const scope = ambient();
  if (scope.effective !== null) return refuse(scope, scope.effective);
  return begin(scope, new ForeignWaiter<T>(scope, label, undefined), start);
}

/** Waits like {@link suspend}, for work of somebody else's: while nothing else is pending in its scope, a virtual clock stands still. */
export function suspendForWork<T>(label: Label, start: (waiter: Suspension<T>) => Undo | void): Promise<T> {
  const scope = ambient();
  if (scope.effective !== null) return refuse(scope, scope.effective);
  return begin(scope, new WorkWaiter<T>(scope, label), start);
}

/**
 * Waits like {@link suspend}, but is no cancellation point: it begins in a cancelled scope too, and nothing interrupts it.
 * For what has to be joined or given back before anything else may happen.
 */
export function suspendShielded<T>(label: Label, start: (waiter: Suspension<T>) => void): Promise<T> {
  const waiter = waitShielded<T>(ambient(), label);
  try {
    start(waiter);
  } catch (error) {
    waiter.throw(error);
  }
  return waiter.promise;
}

function begin<T>(scope: ScopeNode, waiter: Waiter<T>, start: (waiter: Suspension<T>) => Undo | void): Promise<T> {
  let undo: Undo | void = undefined;
  try {
    undo = start(waiter);
  } catch (error) {
    waiter.throw(error);
  }
  if (waiter.delivered) return waiter.promise;
  attach(scope, waiter);
  if (!waiter.settled) {
    waiter.undo = undo ?? null;
    // `start` itself may have cancelled the scope.
    if (scope.effective !== null) waiter.strike(scope.effective);
  }
  return waiter.promise;
}
