import { AsyncLocalStorage } from "node:async_hooks";
import { BrokenWorkerError, type CancelledError, currentEffectiveDeadline, currentTime } from "@anyio/core";
import { currentCancellation, inFlight, type Suspension } from "@anyio/core/lowlevel";
import { encodeError, framesOf, reviveError, type SentFunction } from "@anyio/core/workers";
import type { Lease } from "@anyio/sync";
import { type AnyCallback, callableOf } from "../../callable.js";
import { RunFinishedError } from "../../errors.js";
import { parcelOf, type Transferable } from "../../transfer.js";
import { after, alive, never, sharedTime } from "../event-loop.js";
import type { Ask, Call, Outcome } from "../messages.js";
import type { PoolThread } from "./pool-thread.js";
import type { ThreadPool } from "./thread-pool.js";

/** What happens to the thread when its caller is cancelled. */
export type OnCancel = "wait" | "abandon" | "terminate";

/** What is to be called, and how. */
export interface Plan {
  readonly fn: SentFunction;
  readonly args: readonly unknown[];
  readonly transfer: readonly Transferable[];
  readonly onCancel: OnCancel;
  /** How long the function has to end by itself, in ms, where it is terminated. */
  readonly grace: number;
  readonly name: string;
  /** Where it was called: its stack is made only when somebody wants it. */
  caller: Error | undefined;
}

/** How a thread has ended. */
export interface End {
  readonly exitCode: number;
  /** What it threw, if anything. */
  readonly cause: unknown;
  /** Whether the call was begun, or the thread ended for something that was left there before. */
  readonly hasBegun: boolean;
}

/**
 * One call in a thread, from having a token to giving it back.
 *
 * 1. The token and the thread are given back when the thread has done with the call, whether or not somebody waits for it still.
 * 2. What the thread has asked for in the call ends with it: it is cancelled and waited for before anybody is told of the end.
 */
export class ThreadCall {
  readonly #pool: ThreadPool;
  readonly #plan: Plan;
  readonly #lease: Lease;
  /** Who waits for it; nobody once it is abandoned. */
  #suspension: Suspension<unknown> | null;
  readonly #message: Call;
  readonly #functions: ReadonlyMap<number, AnyCallback>;
  /** Calls where the caller was, with its scope and its storages: the messages of a thread come anywhere. */
  readonly #inContext: <T>(fn: () => T) => T;
  #thread: PoolThread;
  #landed: () => void;
  /** The cancellation of the caller. */
  #cancellation: CancelledError | undefined;
  #grace: NodeJS.Timeout | undefined;
  #isStopped = false;

  /**
   * Begins the call, in the scope of the caller.
   *
   * @throws {DataCloneError} a `DOMException`, when the arguments cannot be cloned; nothing has happened then
   */
  constructor(pool: ThreadPool, plan: Plan, lease: Lease, suspension: Suspension<unknown>) {
    this.#pool = pool;
    this.#plan = plan;
    this.#lease = lease;
    this.#suspension = suspension;
    this.#functions = callablesIn(plan.args);
    const { args, list } = parcelOf(plan.args, plan.transfer);
    this.#message = messageOf(plan.fn, args, this.#functions);
    this.#inContext = this.#functions.size > 0 ? AsyncLocalStorage.snapshot() : callHere;
    this.#thread = pool.take();
    try {
      this.#thread.begin(this, this.#message, list);
    } catch (error) {
      pool.rest(this.#thread);
      throw explain(error, plan.args);
    }
    this.#landed = inFlight();
    alive.hold();
  }

  /** Whether somebody waits for it. */
  get isAwaited(): boolean {
    return this.#suspension !== null;
  }

  /** Lets the function know that the caller is cancelled; false where the caller waits all the same. Call it in the caller's scope. */
  cancel(): boolean {
    const { onCancel, grace } = this.#plan;
    this.#cancellation = currentCancellation();
    this.#thread.cancel(encodeError(this.#cancellation));
    if (onCancel === "abandon") {
      this.#suspension = null;
      this.#leaveAlone();
      this.#pool.abandon(this.#thread);
    } else if (onCancel === "terminate") {
      this.#grace = after(grace, () => {
        this.#isStopped = true;
        this.#thread.stop();
      });
    }
    return onCancel === "abandon";
  }

  /** Serves what the thread asks for. */
  serve(ask: Ask): void {
    const { answers } = this.#thread;
    const fn = this.#functions.get(ask.target as number);
    if (fn === undefined || this.#suspension === null) {
      const what = `nobody waits for ${this.#plan.name}() any more, so the functions that it was given have ended`;
      answers.fail(ask, new RunFinishedError(what));
      return;
    }
    // The thread may wait for it, and it for the clock.
    this.#landed();
    answers.serve(ask, `a call back of ${this.#plan.name}()`, () => fn(...ask.args), this.#inContext);
  }

  /** Told that everything that the thread has asked for has its answer. */
  served(): void {
    if (this.#suspension !== null) this.#landed = this.#inContext(inFlight);
  }

  /** Told what the function has come to. */
  finish(outcome: Outcome): void {
    const { label } = this.#thread;
    this.#pool.rest(this.#thread);
    const suspension = this.#giveBack();
    if (outcome.type === "value") suspension?.resume(outcome.value);
    else suspension?.throw(reviveError(outcome.error, label, callerOf(this.#plan)));
  }

  /**
   * Told that the thread has ended before the call has.
   *
   * @returns whether whoever waits gets to know what the thread has ended by, or has no wish to
   */
  break({ exitCode, cause, hasBegun }: End): boolean {
    // Where it was not begun, the thread died of what its former call had left behind.
    const isCancelled = this.#isStopped || (!hasBegun && this.#cancellation !== undefined);
    // Only simple values are still what they were as the call began.
    if (!hasBegun && !isCancelled && this.#message.args.every(isSimple)) {
      this.#beginAgain();
      return false;
    }
    const error = isCancelled
      ? this.#cancellation
      : new BrokenWorkerError(this.#thread.label, exitCode, null, cause === undefined ? {} : { cause });
    this.#giveBack()?.throw(error);
    return hasBegun || !isCancelled;
  }

  #beginAgain(): void {
    try {
      this.#thread = this.#pool.take();
      this.#thread.begin(this, this.#message, []);
    } catch (error) {
      this.#giveBack()?.throw(error);
    }
  }

  #giveBack(): Suspension<unknown> | null {
    const suspension = this.#suspension;
    never(this.#grace);
    if (suspension !== null) this.#leaveAlone();
    this.#lease[Symbol.dispose]();
    return suspension;
  }

  /** From here on nobody waits for the thread. */
  #leaveAlone(): void {
    this.#landed();
    alive.release();
  }
}

function callablesIn(args: readonly unknown[]): ReadonlyMap<number, AnyCallback> {
  let found = NONE;
  for (const [index, arg] of args.entries()) {
    const fn = callableOf(arg);
    if (fn !== undefined) found = new Map(found).set(index, fn);
  }
  return found;
}

/** Without spreading, which costs microseconds: this is done for each call. */
function messageOf(fn: SentFunction, args: readonly unknown[], functions: ReadonlyMap<number, unknown>): Call {
  const sent = functions.size === 0 ? args : args.map((arg, index) => (functions.has(index) ? null : arg));
  const message: Call = { type: "call", id: 0, fn, args: sent };
  if (functions.size > 0) message.remotes = [...functions.keys()];
  const at = currentEffectiveDeadline();
  if (at !== Infinity) message.deadline = sharedTime() + at - currentTime();
  return message;
}

/** Says what to do about a function that cannot be cloned. What a getter has thrown is as it is. */
function explain(error: unknown, args: readonly unknown[]): unknown {
  if (!(error instanceof DOMException) || !args.some((arg) => typeof arg === "function")) return error;
  return new DOMException(`${error.message} To be called back, a function is given as callable(fn).`, "DataCloneError");
}

function isSimple(value: unknown): boolean {
  return typeof value !== "object" || value === null;
}

function callHere<T>(fn: () => T): T {
  return fn();
}

function callerOf({ caller }: Plan): string {
  return caller === undefined ? "" : framesOf(caller, 1);
}

const NONE: ReadonlyMap<number, AnyCallback> = new Map();
