import { type ChildProcess, fork, type ForkOptions } from "node:child_process";
import { BrokenWorkerError } from "@anyio/core";
import { entrust, suspendForeign, suspendShielded, type Suspension } from "@anyio/core/lowlevel";
import { WORKER_URL } from "../../worker-url.js";
import { Child } from "../child.js";
import { after } from "../event-loop.js";
import { type Call, isReply, type Reply } from "./messages.js";
import { workerFlags } from "./worker-flags.js";

/** What is left of a call: how to tell whoever waits, and whether the worker has begun it. */
interface Pending {
  readonly id: number;
  readonly suspension: Suspension<Reply | typeof NOT_BEGUN>;
  hasBegun: boolean;
}

/** What a call comes to that its worker never began. */
export const NOT_BEGUN = Symbol("not begun");

/** A worker process, which does one call at a time. */
export class PooledWorker {
  /** Whether it has done a call before. */
  hasServed = false;
  readonly #child: Child;
  #pending: Pending | null = null;

  private constructor(process: ChildProcess) {
    this.#child = new Child({ process, command: null, isLeader: IS_POSIX, grace: GRACE, holder: "run" });
    process.on("message", this.#onMessage);
    this.#child.whenExited(this.#onExit);
  }

  /** @throws the system's error when no process can be started */
  static async start(): Promise<PooledWorker> {
    const process = fork(WORKER_URL, [String(globalThis.process.pid)], forkOptions());
    if (process.pid !== undefined) return new PooledWorker(process);
    throw await suspendShielded<Error>("the reason why a worker cannot be started", (waiter) => {
      process.once("error", (error) => waiter.resume(error));
    });
  }

  /** What people call it. */
  get label(): string {
    return this.#child.label;
  }

  /** Whether it can take a call. */
  get isAlive(): boolean {
    return !this.#child.hasExited && this.#child.process.connected;
  }

  /**
   * Does a call.
   *
   * **Cancellation:** kills the worker.
   *
   * @throws {BrokenWorkerError} when the worker ends before the call is done
   */
  async call(call: Call, label: string): Promise<Reply | typeof NOT_BEGUN> {
    // Whoever does not wait for the call waits for the worker's death all the same.
    const release = entrust(this.#child.ending, ignore, "scope");
    try {
      const reply = await suspendForeign<Reply | typeof NOT_BEGUN>(label, (suspension) => {
        this.#pending = { id: call.id, suspension, hasBegun: false };
        this.#send(call);
        return () => this.kill();
      });
      this.hasServed = true;
      return reply;
    } finally {
      if (this.#pending !== null) await this.#die();
      release();
    }
  }

  kill(): void {
    this.#child.press("killing");
  }

  /** Lets it end by itself, as it does when its channel closes. */
  dismiss(): void {
    if (this.#child.process.connected) this.#child.process.disconnect();
    this.#child.press("closing");
  }

  /** Whether the program is kept alive by it. */
  set isNeeded(isNeeded: boolean) {
    const { process } = this.#child;
    const how = isNeeded ? "ref" : "unref";
    process[how]();
    // Bun's has no such methods.
    process.channel?.[how]?.();
  }

  #send(call: Call): void {
    try {
      this.#child.process.send(call, ignore);
    } catch (error) {
      // There are things that can be cloned within a process only.
      throw new DOMException(error instanceof Error ? error.message : String(error), "DataCloneError");
    }
  }

  async #die(): Promise<void> {
    this.#pending = null;
    this.kill();
    await this.#child.untilGone();
  }

  readonly #onMessage = (message: unknown): void => {
    const pending = this.#pending;
    if (pending === null || !isReply(message) || message.id !== pending.id) return;
    if (message.anyio === "begun") {
      pending.hasBegun = true;
      return;
    }
    this.#pending = null;
    pending.suspension.resume(message);
  };

  // What it has sent before it ended may still be on its way.
  readonly #onExit = (): void => {
    const { process } = this.#child;
    // Its descendants have nobody to work for any more.
    this.#child.press("terminating");
    if (!process.connected) this.#break();
    else {
      process.once("disconnect", this.#break);
      after(LAST_WORDS, this.#break);
    }
  };

  readonly #break = (): void => {
    const pending = this.#pending;
    this.#pending = null;
    if (pending === null) return;
    const { exitCode, signalCode } = this.#child;
    if (!pending.hasBegun && this.hasServed) pending.suspension.resume(NOT_BEGUN);
    else pending.suspension.throw(new BrokenWorkerError(this.label, exitCode, signalCode));
  };
}

const IS_POSIX = process.platform !== "win32";
const GRACE = 1_000;
const LAST_WORDS = 100;

function forkOptions(): ForkOptions {
  return {
    detached: IS_POSIX,
    serialization: "advanced",
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    execArgv: workerFlags(process.execArgv),
  };
}

function ignore(): void {}
