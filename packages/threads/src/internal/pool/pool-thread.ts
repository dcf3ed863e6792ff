// oxlint-disable-next-line typescript/triple-slash-reference -- others read these sources, with settings of their own
/// <reference path="../../programs/text.d.ts" />
import { MessageChannel, receiveMessageOnPort, Worker } from "node:worker_threads";
import type { RemoteError } from "@anyio/core/workers";
import PROGRAM from "../../programs/pool-program.ts?text";
import { RunFinishedError } from "../../errors.js";
import type { Transferable } from "../../transfer.js";
import { Answers } from "../answers.js";
import { Bell } from "../bell.js";
import type { Ask, Call, Cancellation, MessagePort, Outcome } from "../messages.js";
import { CallRecord } from "./call-record.js";
import type { ThreadCall } from "./thread-call.js";
import type { ThreadPool } from "./thread-pool.js";

/**
 * A thread of the pool, which does one call at a time.
 *
 * 1. It keeps nothing alive: whoever waits for a call does.
 * 2. It has ended when the system says so. What it has sent before counts.
 */
export class PoolThread {
  isAlive = true;
  /** What people call it. */
  readonly label: string;
  readonly answers: Answers;
  readonly #pool: ThreadPool;
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #record = new CallRecord();
  #call: ThreadCall | null = null;
  /** What is to be done once all that the call has asked for has its answer. */
  #conclusion: (() => void) | null = null;
  #lastId = 0;
  #hasServed = false;
  #cause: unknown;

  constructor(pool: ThreadPool) {
    this.#pool = pool;
    const calls = new MessageChannel();
    const answers = new MessageChannel();
    const bell = new Bell();
    const { memory: record } = this.#record;
    this.#worker = new Worker(PROGRAM, {
      eval: true,
      workerData: { anyio: { port: calls.port2, line: { memory: bell.memory, answers: answers.port2 }, record } },
      transferList: [calls.port2, answers.port2],
    });
    this.#port = calls.port1;
    this.answers = new Answers(bell, calls.port1, answers.port1);
    this.answers.onIdle = this.#onServed;
    this.label = `worker thread ${this.#worker.threadId}`;
    this.#port.on("message", this.#onMessage);
    this.#port.on("messageerror", this.#onUnreadable);
    this.#port.unref();
    this.#worker.unref();
    this.#worker.on("error", this.#onError);
    this.#worker.on("exit", this.#onExit);
  }

  /** Whether somebody waits for what it does. */
  get isNeeded(): boolean {
    return this.#call !== null && this.#call.isAwaited;
  }

  /**
   * Begins a call, which is told whatever becomes of it.
   *
   * @throws {DataCloneError} a `DOMException`, when the arguments cannot be cloned; the thread is as good as before
   */
  begin(call: ThreadCall, message: Call, transfer: readonly Transferable[]): void {
    message.id = this.#lastId === LAST_ID ? 1 : this.#lastId + 1;
    this.#port.postMessage(message, transfer);
    this.#lastId = message.id;
    this.#call = call;
  }

  /** Lets the function know that its caller is cancelled, when it asks. */
  cancel(error: RemoteError): void {
    const { forBlocked } = this.answers;
    forBlocked.postMessage({ type: "cancellation", call: this.#lastId, error } satisfies Cancellation);
    this.#record.cancelled = this.#lastId;
  }

  /** Ends the thread, whatever it is doing. */
  stop(): void {
    this.isAlive = false;
    void this.#worker.terminate();
  }

  readonly #onMessage = (message: Outcome | Ask): void => {
    if (message.type === "ask") this.#serve(message);
    else if (this.answers.isBusy) this.#concludeLater(() => this.#finish(message));
    else this.#finish(message);
  };

  #serve(ask: Ask): void {
    if (this.#call !== null) this.#call.serve(ask);
    else this.answers.fail(ask, new RunFinishedError("no call runs in the thread that has asked"));
  }

  #finish(outcome: Outcome): void {
    const call = this.#call;
    this.#call = null;
    this.#hasServed = true;
    call?.finish(outcome);
  }

  #break(exitCode: number): void {
    const call = this.#call;
    this.#call = null;
    const hasBegun = !this.#hasServed || this.#record.begun === this.#lastId;
    const isTold = call !== null && call.break({ exitCode, cause: this.#cause, hasBegun });
    if (!isTold && this.#cause !== undefined) warnOf(this.label, this.#cause);
    this.#pool.forget(this);
  }

  #concludeLater(conclusion: () => void): void {
    this.#conclusion = conclusion;
    this.answers.cancel("the call has ended in which a thread asked for it");
  }

  readonly #onServed = (): void => {
    const conclusion = this.#conclusion;
    this.#conclusion = null;
    if (conclusion === null) this.#call?.served();
    else conclusion();
  };

  readonly #onError = (error: unknown): void => {
    this.isAlive = false;
    this.#cause = error;
  };

  // A result, or something that it asks for: nobody knows whose.
  readonly #onUnreadable = (error: unknown): void => {
    this.#cause = error;
    this.stop();
  };

  readonly #onExit = (exitCode: number): void => {
    this.isAlive = false;
    // Its last words may not have been listened to yet.
    for (let last = this.#receive(); last !== undefined; last = this.#receive()) this.#onMessage(last);
    const conclusion = this.#conclusion;
    const end = (): void => {
      conclusion?.();
      this.#break(exitCode);
      this.#port.close();
      this.answers.forBlocked.close();
    };
    if (this.answers.isBusy) this.#concludeLater(end);
    else end();
  };

  #receive(): Outcome | Ask | undefined {
    try {
      return receiveMessageOnPort(this.#port)?.message as Outcome | Ask | undefined;
    } catch (error) {
      this.#cause = error;
      return undefined;
    }
  }
}

/** A call that has its result may leave something behind, which fails when nobody waits for the thread. */
function warnOf(thread: string, cause: unknown): void {
  process.emitWarning(`${thread} has ended, for code threw there that no call waited for`, {
    code: "ANYIO_BROKEN_WORKER",
    detail: String((cause as { stack?: unknown } | null)?.stack ?? cause),
  });
}

const LAST_ID = 2 ** 31 - 1;
