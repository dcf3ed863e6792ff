import { quietly, suspendForeign } from "@anyio/core/lowlevel";
import { sendFunction } from "@anyio/core/workers";
import type { CapacityLimiter, Lease } from "@anyio/sync";
import type { AnyFunction } from "./callable.js";
import { checkArray, checkDuration, checkLimiter, checkOneOf, checkText } from "./internal/checks.js";
import { type OnCancel, type Plan, ThreadCall } from "./internal/pool/thread-call.js";
import { ThreadPool } from "./internal/pool/thread-pool.js";
import { defaultThreadLimiter } from "./thread-limiter.js";
import type { Transferable } from "./transfer.js";

/** What `toThread.run` takes besides the function and its arguments. */
export interface ToThreadOptions {
  /** Who decides how many run at a time; {@link defaultThreadLimiter} unless given. */
  readonly limiter?: CapacityLimiter | undefined;
  /**
   * What happens when the caller is cancelled. `"wait"` (unless given): the caller waits for the function all the same. `"abandon"`: the
   * caller goes on, and the thread keeps its token until the function ends. `"terminate"`: the caller waits, and after `grace` the
   * thread is stopped in the midst of its work. In all of them the function can find out by `fromThread.checkCancelled()`.
   */
  readonly onCancel?: OnCancel | undefined;
  /** How long the function has to end by itself before it is terminated, in ms; 1,000 unless given, `Infinity` for as long as it takes. */
  readonly grace?: number | undefined;
  /** What is in the arguments that is to be handed over instead of being copied; it is empty here then. */
  readonly transfer?: readonly Transferable[] | undefined;
  /** What errors and task dumps call the call; the function's name unless given. */
  readonly name?: string | undefined;
}

/** What a function is given; of an export that nobody told the type of, anything. */
type ArgumentsOf<F extends AnyFunction> = AnyFunction extends F ? readonly unknown[] : Readonly<Parameters<F>>;

/**
 * Calls `fn` in a worker thread, and waits for what it returns: for work that keeps a processor busy, or that blocks.
 *
 * `fn` is an export of a module, as {@link worker} makes references to, or a function that needs nothing from outside itself: that is sent as
 * text, so it knows neither imports nor outer names. Async functions are awaited there. Arguments and results are structured clones, or
 * transferred; they are cloned as the call begins. What `fn` throws is thrown here, with the thread's stack below the caller's.
 *
 * Threads are used again, end after ten seconds without work, and end with `run()`. They keep no program alive.
 *
 * Unlike AnyIO's it takes the arguments as an array, and knows a third way to be cancelled: a thread of JavaScript can be stopped.
 *
 * **Cancellation:** waiting for a token, nothing has happened. Once called, as `onCancel` says; where the caller waits for `fn`, what it
 * returns is returned and what it throws is thrown.
 *
 * @throws {BrokenWorkerError} when the thread ends before the call has, or what one of them sends cannot be read by the other; the pool goes
 *   on with another one
 * @throws {TypeError} when `fn` is native, bound, a method or a class, or there is no such export
 * @throws {DataCloneError} a `DOMException`, when the arguments or the result cannot be cloned
 * @example
 * const fibonacci = (n: number): number => {
 *   const next = (n: number): number => (n < 2 ? n : next(n - 1) + next(n - 2));
 *   return next(n);
 * };
 * await run(() => toThread.run(fibonacci, [20])); // => 6765
 * @see anyio.to_thread.run_sync
 */
function runInThread<F extends AnyFunction>(
  fn: F,
  ...[args, options]: [] extends Parameters<F>
    ? [args?: ArgumentsOf<F>, options?: ToThreadOptions]
    : [args: ArgumentsOf<F>, options?: ToThreadOptions]
): Promise<Awaited<ReturnType<F>>> {
  try {
    const plan = planOf(fn, args ?? [], options ?? {});
    const { limiter = defaultThreadLimiter() } = options ?? {};
    checkLimiter(limiter, "limiter");
    // The arguments are cloned before this returns, where there is a token.
    const running = limiter.availableTokens > 0 ? perform(plan, limiter) : quietly(performInTurn(plan, limiter));
    // Keep this after the call has been sent: the thread works meanwhile.
    plan.caller = new Error();
    return running as Promise<Awaited<ReturnType<F>>>;
  } catch (error) {
    return Promise.reject(error);
  }
}

/** Functions in worker threads. */
export const toThread: {
  readonly run: typeof runInThread;
} = { run: runInThread };

function perform(plan: Plan, limiter: CapacityLimiter, granted?: Lease): Promise<unknown> {
  let lease = granted;
  let call: ThreadCall | undefined;
  const running = suspendForeign<unknown>(`${plan.name}() in a worker thread`, (suspension) => {
    lease ??= limiter.acquireNowait();
    const begun = (call = new ThreadCall(ThreadPool.current, plan, lease, suspension));
    return () => begun.cancel();
  });
  // Cancelled, or refused for its arguments, there is nobody else who would give it back.
  if (call === undefined) lease?.[Symbol.dispose]();
  return running;
}

async function performInTurn(plan: Plan, limiter: CapacityLimiter): Promise<unknown> {
  return perform(plan, limiter, await limiter.acquire());
}

function planOf(fn: AnyFunction, args: readonly unknown[], options: ToThreadOptions): Plan {
  const sent = sendFunction(fn);
  const { onCancel = "wait", grace = 1_000, transfer = [], name = fn.name || "a function" } = options;
  checkArray(args, "args");
  checkArray(transfer, "transfer");
  checkOneOf(onCancel, ["wait", "abandon", "terminate"], "onCancel");
  checkDuration(grace, "grace");
  checkText(name, "name");
  return { fn: sent, args, transfer, onCancel, grace, name, caller: undefined };
}
