// oxlint-disable-next-line typescript/triple-slash-reference -- others read these sources, with settings of their own
/// <reference path="./programs/text.d.ts" />
import { MessageChannel, receiveMessageOnPort, Worker } from "node:worker_threads";
import { BrokenWorkerError, currentEffectiveDeadline, isCancelled } from "@anyio/core";
import { entrust, noteClosed, noteOpened } from "@anyio/core/lowlevel";
import { framesOf, reviveError, sendFunction } from "@anyio/core/workers";
import { TaskCancelledError } from "@anyio/task-groups";
import type { AnyFunction } from "./callable.js";
import { RunFinishedError } from "./errors.js";
import { Bell } from "./internal/bell.js";
import { checkArray, checkDuration, checkText } from "./internal/checks.js";
import { after, never } from "./internal/event-loop.js";
import type { MessagePort, Outcome } from "./internal/messages.js";
import type { Ending, Order, Result } from "./internal/portal-messages.js";
import PROGRAM from "./programs/portal-program.ts?text";
import WATCHER from "./programs/watcher-program.ts?text";
import { parcelOf, type Transferable } from "./transfer.js";

/** What {@link startBlockingPortal} takes. */
export interface StartPortalOptions {
  /** What errors call it. */
  readonly name?: string | undefined;
  /**
   * How long its tasks have to clean up when it is closed, in ms; then its thread is stopped. 1,000 unless given; with `Infinity` whoever has
   * started it does not go on before they have ended.
   */
  readonly grace?: number | undefined;
}

/** An event loop in a thread of its own, for a program without one: see {@link startBlockingPortal}. */
export interface SyncPortal extends Disposable {
  /**
   * Calls a function in the portal's thread, and blocks this one until there is a result. What it throws, this throws.
   *
   * @throws {RunFinishedError} when the portal is closed
   * @throws {BrokenWorkerError} when its thread has ended, or was stopped, for a result of some task cannot be read here
   */
  call<F extends AnyFunction>(fn: F, ...args: CallArguments<F>): Awaited<ReturnType<F>>;
  /**
   * Starts a task in the portal's thread, and returns at once.
   *
   * @throws {RunFinishedError} when the portal is closed
   */
  startTaskSoon<F extends AnyFunction>(fn: F, ...args: CallArguments<F>): SyncTask<Awaited<ReturnType<F>>>;
  /** Cancels its tasks, blocks until they have cleaned up, and ends its thread. Closing again does nothing. */
  close(): void;
}

/** A task of a {@link SyncPortal}. */
export interface SyncTask<T> {
  readonly name: string;
  /**
   * Blocks until the task has ended, and returns what it has returned. What it has thrown, this throws.
   *
   * @throws {TaskCancelledError} when it was cancelled, also by closing the portal
   * @throws {BrokenWorkerError} when its thread has ended, or was stopped, for a result of some task cannot be read here
   */
  result(): T;
  /** Cancels the task. It ends when it has cleaned up. */
  cancel(): void;
}

type CallArguments<F extends AnyFunction> =
  [] extends Parameters<F> ? [args?: Readonly<Parameters<F>>] : [args: Readonly<Parameters<F>>];

/**
 * Starts an event loop in a thread of its own, for a program that is synchronous: it calls async functions there, and is blocked meanwhile.
 * That works on the main thread too, whose own event loop stands still then.
 *
 * A function is an export of a module, as `worker()` makes references to, or one that needs nothing from outside itself. It may use all of
 * AnyIO there. The portal keeps no program alive, and ends with the task that has started it, at the latest.
 *
 * @throws {TypeError} when `name` is no string
 * @throws {RangeError} when `grace` is negative
 * @example
 * using portal = startBlockingPortal();
 * const wait = (ms: number) => new Promise<string>((resolve) => setTimeout(() => resolve("done"), ms));
 * const task = portal.startTaskSoon(wait, [10]);
 * portal.call(wait, [1]); // => "done"
 * task.result(); // => "done"
 * @see anyio.from_thread.start_blocking_portal
 */
export function startBlockingPortal(options: StartPortalOptions = {}): SyncPortal {
  const { name = "a blocking portal", grace = 1_000 } = options;
  checkText(name, "name");
  checkDuration(grace, "grace");
  return new ThreadPortal(name, grace);
}

class ThreadPortal implements SyncPortal {
  readonly name: string;
  readonly #grace: number;
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #bell = new Bell();
  /** Those that have not ended, as far as anybody has looked. */
  readonly #tasks = new Map<number, ThreadTask>();
  readonly #release: () => void;
  #lastId = 0;
  #isClosed = false;
  #exitCode: number | null = null;
  #cause: unknown;
  #graceTimer: NodeJS.Timeout | undefined;

  constructor(name: string, grace: number) {
    this.name = name;
    this.#grace = grace;
    const orders = new MessageChannel();
    const life = new MessageChannel();
    const { memory } = this.#bell;
    this.#worker = start(PROGRAM, { port: orders.port2, life: life.port1, memory }, [orders.port2, life.port1]);
    this.#port = orders.port1;
    this.#worker.on("error", this.#onError);
    this.#worker.on("exit", this.#onExit);
    this.#release = entrust(`${name} to end`, () => this.#dismiss());
    try {
      // Nobody would be told of the other one's end.
      start(WATCHER, { life: life.port2, memory }, [life.port2]).on("error", this.#onLost);
    } catch (error) {
      this.#stop();
      throw error;
    }
    noteOpened(this, name);
  }

  call<F extends AnyFunction>(fn: F, ...args: CallArguments<F>): Awaited<ReturnType<F>> {
    return this.startTaskSoon(fn, ...args).result();
  }

  startTaskSoon<F extends AnyFunction>(fn: F, ...given: CallArguments<F>): SyncTask<Awaited<ReturnType<F>>> {
    const args: readonly unknown[] = given[0] ?? [];
    checkArray(args, "args");
    const sent = sendFunction(fn);
    const parcel = parcelOf(args);
    if (this.#isClosed) throw new RunFinishedError(`${this.name} is closed`);
    // What nobody asks for has come too.
    this.#look();
    const id = ++this.#lastId;
    const task = new ThreadTask(this, id, fn.name || "a function");
    this.#tell({ type: "start", id, fn: sent, args: parcel.args, name: task.name }, parcel.list);
    this.#tasks.set(id, task);
    return task as unknown as SyncTask<Awaited<ReturnType<F>>>;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#beginToClose();
    const isCancelled = currentEffectiveDeadline() === -Infinity;
    this.#bell.waitFor(() => undefined, isCancelled ? 0 : this.#grace);
    this.#stop();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** Cancels a task. */
  cancel(id: number): void {
    if (!this.#isClosed) this.#tell({ type: "cancel", id });
  }

  /** Blocks until a task has ended. */
  waitFor(task: ThreadTask): Outcome {
    const outcome = this.#bell.waitFor(() => {
      this.#look();
      return task.outcome;
    });
    if (outcome !== undefined) return outcome;
    throw new BrokenWorkerError(
      this.name,
      this.#exitCode,
      null,
      this.#cause === undefined ? {} : { cause: this.#cause },
    );
  }

  #tell(order: Order, list: readonly Transferable[] = []): void {
    this.#port.postMessage(order, list);
  }

  #beginToClose(): void {
    this.#tell({ type: "close" });
    this.#isClosed = true;
    noteClosed(this);
  }

  /** Closes it without blocking anybody, as the task ends that has left it open. */
  #dismiss(): void {
    if (this.#isClosed) return;
    this.#beginToClose();
    this.#graceTimer = after(this.#grace, () => this.#stop());
  }

  /** Looks for results that have come. Nobody listens: whoever wants one may be blocked. */
  #look(): void {
    for (let message = this.#receive(); message !== undefined; message = this.#receive()) {
      if (message.type === "ending") {
        this.#exitCode = message.exitCode;
        if (message.error !== undefined) this.#cause = reviveError(message.error, this.name, "");
        continue;
      }
      const { id, outcome } = message;
      const task = this.#tasks.get(id);
      this.#tasks.delete(id);
      if (task !== undefined) task.outcome = outcome;
    }
  }

  #receive(): Result | Ending | undefined {
    try {
      return receiveMessageOnPort(this.#port)?.message as Result | Ending | undefined;
    } catch (error) {
      // Nobody knows whose result it was.
      this.#onLost(error);
      return undefined;
    }
  }

  #stop(): void {
    this.#isClosed = true;
    noteClosed(this);
    this.#look();
    this.#bell.close();
    void this.#worker.terminate();
  }

  readonly #onError = (error: unknown): void => {
    this.#cause = error;
  };

  readonly #onLost = (error: unknown): void => {
    this.#cause = error;
    this.#stop();
  };

  readonly #onExit = (exitCode: number): void => {
    this.#look();
    this.#exitCode = exitCode;
    this.#bell.close();
    this.#port.close();
    never(this.#graceTimer);
    noteClosed(this);
    this.#release();
  };
}

class ThreadTask implements SyncTask<unknown> {
  /** What became of it, once somebody has looked. */
  outcome: Outcome | undefined;
  readonly #portal: ThreadPortal;
  readonly #id: number;

  constructor(
    portal: ThreadPortal,
    id: number,
    readonly name: string,
  ) {
    this.#portal = portal;
    this.#id = id;
  }

  result(): unknown {
    const outcome = this.outcome ?? this.#portal.waitFor(this);
    if (outcome.type === "value") return outcome.value;
    const error = reviveError(outcome.error, this.#portal.name, framesOf(new Error(), 1));
    throw isCancelled(error) ? new TaskCancelledError(this.name, { cause: error }) : error;
  }

  cancel(): void {
    if (this.outcome === undefined) this.#portal.cancel(this.#id);
  }
}

function start(program: string, anyio: object, transferList: MessagePort[]): Worker {
  const worker = new Worker(program, { eval: true, workerData: { anyio }, transferList });
  worker.unref();
  return worker;
}
