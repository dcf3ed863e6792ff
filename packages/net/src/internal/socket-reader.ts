import { BusyResourceError, EndOfStreamError } from "@anyio/core";
import { immediate, suspendForeign, type Suspension } from "@anyio/core/lowlevel";
import type { Socket } from "node:net";
import { Unread } from "./unread.js";

/**
 * The receiving direction of a socket.
 *
 * 1. The socket flows. What comes in goes straight to whoever waits for it; where nobody waits it is kept, and once that is much
 *    the socket is paused until all of it was taken. So memory is bounded, and who sends is stopped by who does not receive.
 * 2. Paused mode and `read()` would cost an event in a tick of its own for each chunk. A buffer of one's own (`onread`) can be had
 *    only for a socket that one makes, not for one that was accepted, and its bytes would have to be copied out.
 * 3. An idle connection is to cost little: there is one object here for the queue, its wait and the undoing of that, and no
 *    listener that is a closure.
 */
export class SocketReader {
  readonly #socket: Socket;
  readonly #unread = new Unread();
  #isPaused = false;
  #waiter: Suspension<unknown> | null = null;
  #wanted = 0;
  /** Who wants what it waits for as the next step of a loop. */
  #loop: Loop | null = null;
  /** Why nothing more will come. */
  #end: MakeError | null = null;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  receive(maxBytes: number): Promise<Uint8Array> {
    if (this.#mayWait) return this.#wait(maxBytes, null) as Promise<Uint8Array>;
    return immediate(() => this.#take(maxBytes));
  }

  /** Receives for a loop, which ends where the stream does. */
  next(loop: Loop, maxBytes: number): Promise<IteratorResult<Uint8Array, undefined>> {
    if (this.#mayWait) return this.#wait(maxBytes, loop) as Promise<IteratorResult<Uint8Array, undefined>>;
    return immediate(() => {
      if (this.#unread.isEmpty && this.#end === endOfStream) return finish(loop);
      return { value: this.#take(maxBytes), done: false };
    });
  }

  /** Ends the wait of a loop that is left. */
  leave(loop: Loop): void {
    if (this.#loop !== loop) return;
    this.#release()?.resume(END);
  }

  /** Something has come in. */
  append(chunk: Uint8Array): void {
    if (this.#end !== null) return;
    // A Buffer is a Uint8Array whose `slice()` and `toString()` do something else.
    const bytes = new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    if (this.#waiter !== null && bytes.length <= this.#wanted) {
      this.#hand(bytes);
      return;
    }
    this.#unread.append(bytes);
    if (this.#waiter !== null) this.#hand(this.#take(this.#wanted));
    if (this.#isPaused || !this.#unread.isFull) return;
    this.#isPaused = true;
    this.#socket.pause();
  }

  /** Nothing more will come; what has come can still be received. The first reason stays. */
  end(why: MakeError = endOfStream): void {
    this.#end ??= why;
    this.#settle();
  }

  /** Nothing will be received any more. */
  close(why: MakeError): void {
    this.#end = why;
    this.#unread.clear();
    this.#settle();
  }

  /** Whoever waits does not any more: the undoing of the wait. */
  cancel(): void {
    this.#release();
  }

  get #mayWait(): boolean {
    return this.#unread.isEmpty && this.#end === null;
  }

  #wait(maxBytes: number, loop: Loop | null): Promise<unknown> {
    return suspendForeign<unknown>("bytes from a socket", (waiter) => {
      if (this.#waiter !== null) throw new BusyResourceError();
      this.#waiter = waiter;
      this.#wanted = maxBytes;
      this.#loop = loop;
      return this;
    });
  }

  #hand(bytes: Uint8Array): void {
    const isLoop = this.#loop !== null;
    this.#release()?.resume(isLoop ? { value: bytes, done: false } : bytes);
  }

  #settle(): void {
    const loop = this.#loop;
    const waiter = this.#release();
    if (waiter === null) return;
    if (loop !== null && this.#end === endOfStream) waiter.resume(finish(loop));
    else waiter.throw(this.#end?.());
  }

  #release(): Suspension<unknown> | null {
    const waiter = this.#waiter;
    this.#waiter = null;
    this.#loop = null;
    return waiter;
  }

  #take(maxBytes: number): Uint8Array {
    if (this.#unread.isEmpty) throw this.#end?.();
    const bytes = this.#unread.take(maxBytes);
    if (this.#isPaused && this.#unread.isEmpty) {
      this.#isPaused = false;
      this.#socket.resume();
    }
    return bytes;
  }
}

/** Makes the error that tells why nothing more will come: each who asks gets one of its own. */
export type MakeError = () => unknown;

/** Somebody who loops over what comes in. */
export interface Loop {
  isDone: boolean;
}

/** The last step of a loop. */
export const END: IteratorReturnResult<undefined> = Object.freeze({ value: undefined, done: true });

function endOfStream(): EndOfStreamError {
  return new EndOfStreamError();
}

function finish(loop: Loop): IteratorReturnResult<undefined> {
  loop.isDone = true;
  return END;
}
