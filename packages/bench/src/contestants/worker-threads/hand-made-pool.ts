import { Worker } from "node:worker_threads";
import type { Passing } from "../contestant.js";
import type { Pool } from "../pooled.js";
import type { Order, Outcome } from "./messages.js";

// From `dist`.
const PROGRAM = new URL("worker-threads-pool.js", import.meta.url);
const WORK = new URL("thread-work.js", import.meta.url).href;

/** So many threads, each with one call at a time, and a queue of calls. Nothing can be cancelled, and a thread that dies is not replaced. */
export class HandMadePool implements Pool {
  readonly #threads: readonly Thread[];
  readonly #free: Thread[];
  readonly #waiting: Call[] = [];

  constructor(threads: number) {
    this.#threads = Array.from({ length: threads }, () => new Thread(this.#goOn));
    this.#free = [...this.#threads];
  }

  call(name: string, arg: number): Promise<number> {
    return this.#perform({ name, arg, transfers: false }, []);
  }

  pass(how: Passing, bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
    const transfers = how === "transfer";
    return this.#perform({ name: "stamp", arg: bytes, transfers }, transfers ? [bytes.buffer] : []);
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.end()));
  }

  #perform<T>(order: Order, transferList: readonly ArrayBuffer[]): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const call: Call = { order, transferList, resolve: (value) => resolve(value as T), reject };
      const thread = this.#free.pop();
      if (thread === undefined) this.#waiting.push(call);
      else thread.begin(call);
    });
  }

  readonly #goOn = (thread: Thread): void => {
    const call = this.#waiting.shift();
    if (call === undefined) this.#free.push(thread);
    else thread.begin(call);
  };
}

interface Call {
  readonly order: Order;
  readonly transferList: readonly ArrayBuffer[];
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

class Thread {
  readonly #worker = new Worker(PROGRAM, { workerData: WORK });
  #call: Call | undefined;

  constructor(isFree: (thread: Thread) => void) {
    this.#worker.on("message", (outcome: Outcome) => {
      const call = this.#call;
      this.#call = undefined;
      isFree(this);
      if ("error" in outcome) call?.reject(outcome.error);
      else call?.resolve(outcome.value);
    });
    this.#worker.on("error", (error) => this.#call?.reject(error));
  }

  begin(call: Call): void {
    this.#call = call;
    this.#worker.postMessage(call.order, call.transferList);
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}
