import { quietly } from "@anyio/core/lowlevel";
import { framesOf, reviveError, sendFunction } from "@anyio/core/workers";
import type { CapacityLimiter } from "@anyio/sync";
import type { Call } from "./internal/pool/messages.js";
import { WorkerPool } from "./internal/pool/worker-pool.js";
import { show } from "./internal/show.js";
import { defaultProcessLimiter } from "./process-limiter.js";

/** What `toProcess.run` takes besides the function and its arguments. */
export interface ToProcessOptions {
  /** Who decides how many run at a time; {@link defaultProcessLimiter} unless given. */
  readonly limiter?: CapacityLimiter | undefined;
  /** What errors and task dumps call the call; the function's name unless given. */
  readonly name?: string | undefined;
}

/** A function that is exported by a module: where, and as what. */
export interface ExportedFunction<F extends AnyFunction = AnyFunction> {
  /** The module's URL: `new URL("./work.js", import.meta.url)`. */
  readonly module: string | URL;
  readonly name: string;
  /** Only the compiler looks at it: the type of the function. */
  readonly type?: F;
}

type AnyFunction = (...args: never[]) => unknown;

/** What a function is given; of an export that nobody told the type of, anything. */
type ArgumentsOf<F extends AnyFunction> = AnyFunction extends F ? readonly unknown[] : Readonly<Parameters<F>>;

/**
 * Calls `fn` in a worker process, and waits for what it returns: for work that keeps a processor busy, or that may crash.
 *
 * `fn` is an export of a module, or a function that needs nothing from outside itself: that is sent as text, so it knows neither imports nor
 * outer names. Arguments and results are structured clones. What it throws is thrown here, with the worker's stack below the caller's.
 * What it prints appears where this process prints.
 *
 * Workers are used again, dismissed after ten seconds without work, and end with `run()`. They keep no program alive, and none outlives it.
 *
 * **Cancellation:** waiting for a token, nothing has happened. Once called, the worker and its descendants are killed, and waited for.
 *
 * @throws {BrokenWorkerError} when the worker ends before the call is done; the pool goes on with another one
 * @throws {TypeError} when `fn` is native, bound, a method or a class, or there is no such export
 * @throws {DataCloneError} a `DOMException`, when the arguments or the result cannot be cloned
 * @example
 * const fibonacci = (n: number): number => {
 *   const next = (n: number): number => (n < 2 ? n : next(n - 1) + next(n - 2));
 *   return next(n);
 * };
 * await run(() => toProcess.run(fibonacci, [20])); // => 6765
 * @see anyio.to_process.run_sync
 */
function runInProcess<F extends AnyFunction>(
  fn: F | ExportedFunction<F>,
  ...[args, options]: [] extends Parameters<F>
    ? [args?: ArgumentsOf<F>, options?: ToProcessOptions]
    : [args: ArgumentsOf<F>, options?: ToProcessOptions]
): Promise<Awaited<ReturnType<F>>> {
  try {
    const call = callOf(fn, args ?? []);
    const { limiter = defaultProcessLimiter(), name = fn.name } = options ?? {};
    return quietly(
      perform(
        call,
        limiter,
        `${name || "a function"}() in a worker process`,
        framesOf(new Error(), 1),
      ) as Promise<never>,
    );
  } catch (error) {
    return Promise.reject(error);
  }
}

/** Functions in worker processes. */
export const toProcess: {
  readonly run: typeof runInProcess;
} = { run: runInProcess };

async function perform(call: Call, limiter: CapacityLimiter, label: string, caller: string): Promise<unknown> {
  const { reply, worker } = await limiter.run(() => WorkerPool.current.call(call, label));
  if (reply.anyio === "error") throw reviveError(reply.error, worker, caller);
  return reply.anyio === "value" ? reply.value : undefined;
}

function callOf(fn: unknown, args: readonly unknown[]): Call {
  if (!Array.isArray(args)) throw new TypeError(`args must be an array, not ${show(args)}`);
  // Cloned here: the channel takes more than that, and on some runtimes breaks by what it does not take.
  return { anyio: "call", id: ++lastId, fn: sendFunction(fn), args: structuredClone(args) };
}

let lastId = 0;
