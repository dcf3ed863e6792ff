/**
 * The program of a thread of the pool. It is sent as a text, with all that it imports: keep that little, so that a thread starts quickly.
 *
 * It does one call at a time. Functions that have been called before are called at once, without a turn of the event loop in between.
 */
import { workerData } from "node:worker_threads";
import { isCancellation, type RemoteError, receiveFunction, reviveError } from "@anyio/core/workers";
import type { RemoteFunction } from "../callable.js";
import { RunFinishedError } from "../errors.js";
import { THIS_THREAD, type ThisThread } from "../from-thread.js";
import { Asker } from "../internal/asker.js";
import { Bell } from "../internal/bell.js";
import { sharedTime } from "../internal/event-loop.js";
import type { Answer, Call, Line, MessagePort } from "../internal/messages.js";
import { CallRecord } from "../internal/pool/call-record.js";
import { sendError, sendValue } from "../internal/outcome.js";

const {
  port,
  line,
  record: memory,
} = (workerData as { anyio: { port: MessagePort; line: Line; record: SharedArrayBuffer } }).anyio;
const record = new CallRecord(memory);
const asker = new Asker({
  bell: new Bell(line.memory),
  port,
  answers: line.answers,
  server: "the main thread",
  end: "the thread's pool has ended",
});

let current = 0;
let deadline = Infinity;
let cancellation: RemoteError | undefined;
let lastCancelled = 0;

asker.onCancellation = ({ call, error }) => {
  if (call === current) cancellation = error;
};

const thread: ThisThread = {
  get isBusy() {
    return current !== 0;
  },
  checkCancelled() {
    if (record.cancelled === current) throw cancelled();
  },
  remaining() {
    return Math.max(deadline - sharedTime(), 0);
  },
};
Object.defineProperty(globalThis, THIS_THREAD, { value: thread });

port.on("message", (message: Call | Answer) => {
  if (message.type === "call") perform(message);
  else asker.settle(message);
});

// Nobody knows what it was, so nobody could be told: the thread ends by it.
port.on("messageerror", raise);

function perform({ id, fn, args, remotes, deadline: at = Infinity }: Call): void {
  record.begun = current = id;
  deadline = at;
  cancellation = undefined;
  forgetCancellations();
  try {
    const found = receiveFunction(fn);
    const given = remotes === undefined ? args : withRemotes(args, remotes);
    const result = found instanceof Promise ? found.then((fn) => fn(...given)) : found(...given);
    if (isThenable(result)) void Promise.resolve(result).then(succeed, fail);
    else succeed(result);
  } catch (error) {
    fail(error);
  }
}

/** Those of former calls, which did not ask; the one of this call is kept. */
function forgetCancellations(): void {
  const { cancelled } = record;
  if (cancelled === lastCancelled) return;
  lastCancelled = cancelled;
  asker.look();
}

function succeed(value: unknown): void {
  current = 0;
  sendValue(port, value);
}

function fail(error: unknown): void {
  current = 0;
  sendError(port, error);
}

function withRemotes(args: readonly unknown[], remotes: readonly number[]): unknown[] {
  const given = [...args];
  for (const index of remotes) given[index] = remote(index);
  return given;
}

/** A function that was given to the call that runs now. */
function remote(target: number): RemoteFunction {
  const call = current;
  const check = (): void => {
    if (call !== current) throw new RunFinishedError("the call has ended that this function was given to");
  };
  return {
    call: (...args) => {
      const caller = new Error();
      const answer = new Promise((resolve, reject) => {
        check();
        const fail = (error: unknown): void => {
          // Nobody has to wait for what ends with its call.
          if (isCancellation(error) || error instanceof RunFinishedError) quiet(answer);
          reject(error);
        };
        asker.ask(target, args, { resume: resolve, throw: fail }, caller);
      });
      return answer;
    },
    callSync: (...args) => {
      check();
      return asker.askBlocking(target, args);
    },
  };
}

function cancelled(): unknown {
  asker.look();
  return reviveError(cancellation ?? UNKNOWN, "the main thread", "");
}

function raise(error: unknown): never {
  throw error;
}

function quiet(promise: Promise<unknown>): void {
  promise.then(undefined, ignore);
}

function ignore(): void {}

/** For a runtime on which a message comes later than what is written in memory after it. */
const UNKNOWN: RemoteError = {
  type: "Error",
  name: "AbortError",
  message: "the call is cancelled",
  fields: { code: "ABORT_ERR" },
  reason: { value: undefined },
};

function isThenable(result: unknown): result is PromiseLike<unknown> {
  return typeof (result as { then?: unknown } | null | undefined)?.then === "function";
}
