import type { Readable } from "node:stream";
import { BusyResourceError, EndOfStreamError } from "@anyio/core";
import { bindScope, immediate, suspendForeign, type Suspension } from "@anyio/core/lowlevel";
import { checkMaxBytes } from "../internal/checks.js";
import type { Half, Lifeline } from "./lifeline.js";
import { isRealEnd } from "./node-stream.js";

/**
 * The reading direction of a Node stream, in paused mode: nothing is read before somebody wants to receive, and from
 * then on Node's own buffer is all that is read ahead.
 */
export class Reader implements Half {
  readonly #stream: Readable;
  readonly #lifeline: Lifeline;
  /** What was taken out of Node's buffer and not been received yet. */
  #rest: Uint8Array = NOTHING;
  #waiter: Suspension<Uint8Array> | null = null;
  #wanted = 0;
  #isListening = false;
  #hasEnded: boolean;
  readonly #read: () => unknown;

  constructor(stream: Readable, lifeline: Lifeline) {
    this.#stream = stream;
    this.#lifeline = lifeline;
    this.#hasEnded = stream.readableEnded;
    this.#read = bindScope(() => stream.read());
    stream.on("end", this.#onEnd);
    lifeline.attach(this);
  }

  receive(maxBytes: number): Promise<Uint8Array> {
    try {
      checkMaxBytes(maxBytes);
    } catch (error) {
      return Promise.reject(error);
    }
    if (this.#rest.length > 0 && !this.#lifeline.isClosed) return immediate(() => this.#take(maxBytes));
    return suspendForeign("bytes of a Node.js stream", (waiter) => {
      if (this.#waiter !== null) throw new BusyResourceError();
      this.#waiter = waiter;
      this.#wanted = maxBytes;
      this.#serve();
      this.#listen();
      return this.#withdraw;
    });
  }

  ended(): void {
    this.#serve();
  }

  /** Nobody will receive what comes while the other direction is flushed, and it must not be in the way. */
  flush(): boolean {
    if (this.#isListening || this.#stream.readableFlowing === null) {
      this.detach();
      this.#stream.resume();
    }
    return false;
  }

  get isLosing(): boolean {
    return false;
  }

  detach(): void {
    this.#stream.off("end", this.#onEnd);
    if (this.#isListening) this.#stream.off("readable", this.#onReadable);
    this.#isListening = false;
  }

  // Not before somebody receives: this listener makes the stream read.
  #listen(): void {
    if (this.#isListening || this.#waiter === null) return;
    this.#isListening = true;
    this.#stream.on("readable", this.#onReadable);
  }

  readonly #onReadable = (): void => this.#serve();

  readonly #onEnd = (): void => {
    this.#hasEnded = isRealEnd(this.#stream);
    this.#serve();
  };

  readonly #withdraw = (): void => {
    this.#waiter = null;
  };

  /** Gives whoever waits what there is: bytes, or the reason why there will be none. Bytes come first. */
  #serve(): void {
    const waiter = this.#waiter;
    if (waiter === null) return;
    try {
      if (!this.#lifeline.isClosed && this.#pull()) {
        this.#waiter = null;
        waiter.resume(this.#take(this.#wanted));
        return;
      }
      const failure = this.#takeFailure();
      // oxlint-disable-next-line typescript/only-throw-error -- whatever the stream failed with, as it is
      if (failure !== null) throw failure;
    } catch (error) {
      this.#waiter = null;
      waiter.throw(error);
    }
  }

  #takeFailure(): unknown {
    if (this.#hasEnded && !this.#lifeline.isClosed) return new EndOfStreamError();
    return this.#lifeline.takeFailure();
  }

  #pull(): boolean {
    while (this.#rest.length === 0) {
      const chunk = this.#read();
      if (chunk === null) return false;
      this.#rest = plain(chunk);
    }
    return this.#rest.length > 0;
  }

  #take(maxBytes: number): Uint8Array {
    const rest = this.#rest;
    this.#rest = rest.length > maxBytes ? rest.subarray(maxBytes) : NOTHING;
    return rest.length > maxBytes ? rest.subarray(0, maxBytes) : rest;
  }
}

const NOTHING = new Uint8Array(0);

// A Buffer is a Uint8Array whose `slice()` and `toString()` do something else.
function plain(chunk: unknown): Uint8Array {
  if (!(chunk instanceof Uint8Array))
    throw new TypeError("the Node.js stream was given an encoding meanwhile; leave it out");
  return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
}
