import type { Writable } from "node:stream";
import { BrokenResourceError, BusyResourceError, ClosedResourceError } from "@anyio/core";
import { bindScope, suspendForeign, type Suspension } from "@anyio/core/lowlevel";
import { checkBytes } from "../internal/checks.js";
import type { Half, Lifeline } from "./lifeline.js";

/**
 * The writing direction of a Node stream. A send waits until Node has handed its bytes over, not just until there is
 * room in Node's buffer: from then on the caller may use them again, and an error meets the very send that it is about.
 */
export class Writer implements Half {
  readonly #stream: Writable;
  readonly #lifeline: Lifeline;
  readonly #isAll: boolean;
  /** Writes that were not called back yet: one, and those whose send was cancelled. */
  #outstanding = 0;
  #hasSentEof = false;
  #isListening = false;
  #waiter: { readonly suspension: Suspension<void>; readonly isForEnd: boolean } | null = null;
  readonly #write: (bytes: Uint8Array) => unknown;
  readonly #end: () => unknown;

  /** @param isAll whether there is no other direction: an end that does not get through is a loss too then */
  constructor(stream: Writable, lifeline: Lifeline, isAll: boolean) {
    this.#stream = stream;
    this.#isAll = isAll;
    this.#lifeline = lifeline;
    this.#write = bindScope((bytes) => stream.write(bytes, this.#onWritten));
    this.#end = bindScope(() => stream.end());
    lifeline.attach(this);
  }

  send(bytes: Uint8Array): Promise<void> {
    try {
      checkBytes(bytes, "bytes");
    } catch (error) {
      return Promise.reject(error);
    }
    return suspendForeign("a Node.js stream to take bytes", (suspension) => {
      if (this.#hasSentEof) throw new ClosedResourceError("the end has been sent; send before sendEof()");
      this.#check();
      if (this.#stream.writableEnded)
        throw new BrokenResourceError("the Node.js stream has been ended by somebody else");
      if (bytes.length === 0) {
        suspension.resume();
        return undefined;
      }
      this.#outstanding++;
      this.#waiter = { suspension, isForEnd: false };
      try {
        this.#write(bytes);
      } catch (error) {
        this.#outstanding--;
        this.#waiter = null;
        throw error;
      }
      return this.#withdraw;
    });
  }

  sendEof(): Promise<void> {
    return suspendForeign("a Node.js stream to take its end", (suspension) => {
      if (this.#hasSentEof && this.#stream.writableFinished && !this.#lifeline.isClosed) {
        suspension.resume();
        return undefined;
      }
      this.#check();
      this.#waiter = { suspension, isForEnd: true };
      this.#hasSentEof = true;
      this.#finish();
      return this.#withdraw;
    });
  }

  ended(): void {
    const waiter = this.#waiter;
    if (waiter === null) return;
    const failure = this.#lifeline.takeFailure();
    if (failure === null) return;
    this.#waiter = null;
    waiter.suspension.throw(failure);
  }

  flush(): boolean {
    if (this.#stream.writableFinished) return false;
    this.#finish();
    return true;
  }

  get isLosing(): boolean {
    return this.#outstanding > 0 || (this.#isAll && this.#isListening && !this.#stream.writableFinished);
  }

  detach(): void {
    if (this.#isListening) this.#stream.off("finish", this.#onFinish);
    this.#isListening = false;
  }

  #check(): void {
    if (this.#waiter !== null) throw new BusyResourceError();
    const failure = this.#lifeline.takeFailure();
    // oxlint-disable-next-line typescript/only-throw-error -- whatever the stream failed with, as it is
    if (failure !== null) throw failure;
  }

  #finish(): void {
    if (!this.#isListening) this.#stream.on("finish", this.#onFinish);
    this.#isListening = true;
    if (!this.#stream.writableEnded) this.#end();
    // Ended before by somebody else, it may tell no more.
    else if (this.#stream.writableFinished) this.#onFinish();
  }

  readonly #withdraw = (): void => {
    this.#waiter = null;
  };

  readonly #onWritten = (error?: Error | null): void => {
    if (error) {
      this.#fail(error);
      return;
    }
    this.#outstanding--;
    if (this.#outstanding > 0 || this.#waiter?.isForEnd !== false) return;
    // Node 20 tells a write that its pipe was destroyed under as one that is done.
    if (this.#stream.destroyed) this.ended();
    else this.#resume();
  };

  readonly #onFinish = (): void => {
    if (this.#waiter?.isForEnd) this.#resume();
    this.#lifeline.proceed();
  };

  #resume(): void {
    const waiter = this.#waiter;
    this.#waiter = null;
    waiter?.suspension.resume();
  }

  /** A write has failed: the stream's own error, where it has one, tells more than that it was destroyed. */
  #fail(error: Error): void {
    const waiter = this.#waiter;
    if (waiter === null) return;
    this.#waiter = null;
    waiter.suspension.throw(this.#lifeline.failBy(error));
  }
}
