import { BrokenResourceError, ClosedResourceError, EndOfStreamError, WouldBlockError } from "@anyio/core";
import { WaitQueue } from "@anyio/core/lowlevel";
import { Deque } from "./deque.js";

/** One clone of one end. */
export interface End {
  isClosed: boolean;
  /** How many wait in it, at most: one that was cancelled counts on. With none, closing has nobody to look for. */
  waiting: number;
}

/** Who waits to send: by which clone, and what. */
export interface Sender<T> {
  readonly end: End;
  readonly item: T;
}

/** Who waits to receive: by which clone, and what becomes of the wait. */
export interface Receiver<T> {
  readonly end: End;
  /** What the wait resolves to when an item comes. */
  accept(item: T): unknown;
  /** What the wait resolves to at the end of the stream; null where it fails. */
  readonly atEnd: object | null;
}

/**
 * What is between the two ends of a memory object stream.
 *
 * 1. While somebody waits to receive, the buffer is empty and nobody waits to send.
 * 2. While somebody waits to send, the buffer is full; the items of who waits come after those in the buffer.
 * 3. Nobody waits once the other end has no open clone.
 */
export class Channel<T> {
  readonly buffer = new Deque<T>();
  readonly senders = new WaitQueue<void, Sender<T>>();
  readonly receivers = new WaitQueue<unknown, Receiver<T>>();
  openSends = 0;
  openReceives = 0;

  /** What those who wait say that they wait for. */
  readonly #room: string;
  readonly #item: string;

  /** @param name what people call the stream */
  constructor(
    readonly maxBufferSize: number,
    readonly name: string,
  ) {
    this.#room = `room in ${name}`;
    this.#item = `an item of ${name}`;
  }

  /** Whether a send through `end` has nothing to wait for. */
  isReadyToSend(end: End): boolean {
    return (
      this.receivers.size > 0 || this.buffer.length < this.maxBufferSize || end.isClosed || this.openReceives === 0
    );
  }

  waitToSend(end: End, item: T): Promise<void> {
    end.waiting++;
    return this.senders.wait(this.#room, { end, item });
  }

  /** Hands an item to whoever has waited longest, or buffers it. */
  send(end: End, item: T): void {
    if (end.isClosed) throw closed("sending");
    const receiver = this.receivers.peek();
    if (receiver !== undefined) {
      receiver.end.waiting--;
      this.receivers.wake(receiver.accept(item));
    } else if (this.openReceives === 0) throw noReceiver();
    else if (this.buffer.length < this.maxBufferSize) this.buffer.push(item);
    else
      throw new WouldBlockError("the memory object stream is full and nobody waits to receive; await send() instead");
  }

  closeSend(end: End): void {
    end.isClosed = true;
    const ofEnd = (sender: Sender<T>): boolean => sender.end === end;
    if (end.waiting > 0) this.senders.failWhere(ofEnd, () => closed("sending"));
    this.openSends--;
    if (this.openSends > 0 || this.hasItems) return;
    for (let head = this.receivers.peek(); head !== undefined; head = this.receivers.peek()) {
      if (head.atEnd === null) this.receivers.fail(new EndOfStreamError());
      else this.receivers.wake(head.atEnd);
    }
  }

  /** Whether a receive through `end` has nothing to wait for. */
  isReadyToReceive(end: End): boolean {
    return this.hasItems || end.isClosed || this.openSends === 0;
  }

  waitToReceive(receiver: Receiver<T>): Promise<unknown> {
    receiver.end.waiting++;
    return this.receivers.wait(this.#item, receiver);
  }

  /** Takes the oldest item, and lets whoever has waited longest to send fill the gap. */
  receive(end: End): T {
    if (end.isClosed) throw closed("receiving");
    if (!this.hasItems) {
      if (this.openSends === 0) throw new EndOfStreamError();
      throw new WouldBlockError("the memory object stream is empty and nobody waits to send; await receive() instead");
    }
    const sender = this.senders.peek();
    if (sender !== undefined) {
      sender.end.waiting--;
      this.buffer.push(sender.item);
      this.senders.wake();
    }
    return this.buffer.shift();
  }

  closeReceive(end: End): void {
    end.isClosed = true;
    const ofEnd = (receiver: Receiver<T>): boolean => receiver.end === end;
    if (end.waiting > 0) this.receivers.failWhere(ofEnd, () => closed("receiving"));
    this.openReceives--;
    if (this.openReceives > 0) return;
    this.buffer.clear();
    while (this.senders.fail(noReceiver()));
  }

  private get hasItems(): boolean {
    return this.buffer.length > 0 || this.senders.size > 0;
  }
}

export function closed(what: "sending" | "receiving"): ClosedResourceError {
  return new ClosedResourceError(
    `this ${what} end of the memory object stream is closed; a task that needs one for longer takes a clone() of its own`,
  );
}

function noReceiver(): BrokenResourceError {
  return new BrokenResourceError(
    "every receiving end of the memory object stream is closed, so nobody can take the item; stop sending",
  );
}
