import { immediate, noteClosed, noteOpened } from "@anyio/core/lowlevel";
import { Channel, closed, type End, type Receiver } from "./internal/channel.js";
import { checkBufferSize } from "./internal/checks.js";
import { MemoryIterator } from "./internal/memory-iterator.js";
import { ObjectReceiveStream, ObjectSendStream } from "./object-stream.js";

/** What can be told of a memory object stream; a snapshot. */
export interface MemoryObjectStreamStatistics {
  /** Items sent and not received yet; those of waiting senders are not among them. */
  readonly currentBufferUsed: number;
  readonly maxBufferSize: number;
  /** Clones of the sending end that are open. */
  readonly openSendStreams: number;
  /** Clones of the receiving end that are open. */
  readonly openReceiveStreams: number;
  readonly tasksWaitingSend: number;
  readonly tasksWaitingReceive: number;
}

/** What else can be said of a memory object stream. */
export interface MemoryObjectStreamOptions {
  /** What task dumps call it. */
  readonly name?: string;
}

/**
 * Makes a stream of objects between tasks: what goes into the first end comes out of the second, in order, each item at
 * exactly one receiver. Any number of tasks may use either end. A task that sends waits while the buffer is full, so a
 * fast producer cannot run away from a slow consumer.
 *
 * The stream ends when every clone of the sending end is closed and the buffer has been received.
 *
 * @param maxBufferSize how many items may wait to be received: a whole number or Infinity; with 0 each `send` waits for
 *   a receiver to take its item
 * @throws {TypeError} when `maxBufferSize` is no number
 * @throws {RangeError} when `maxBufferSize` is negative or not whole
 * @example
 * const [send, receive] = createMemoryObjectStream<number>(10);
 * await withTaskGroup(async (tg) => {
 *   tg.startSoon(async () => {
 *     for (let i = 1; i <= 3; i++) await send.send(i);
 *     send.close();
 *   });
 *   let sum = 0;
 *   for await (const i of receive) sum += i;
 *   return sum;
 * }); // => 6
 * @see anyio.create_memory_object_stream
 */
export function createMemoryObjectStream<T>(
  maxBufferSize = 0,
  options: MemoryObjectStreamOptions = {},
): [MemoryObjectSendStream<T>, MemoryObjectReceiveStream<T>] {
  checkBufferSize(maxBufferSize);
  const { name } = options;
  const channel = new Channel<T>(
    maxBufferSize,
    name === undefined ? "a memory object stream" : `memory object stream "${name}"`,
  );
  return [new MemoryObjectSendStream(channel), new MemoryObjectReceiveStream(channel)];
}

/** The end of a memory object stream that items go into; {@link createMemoryObjectStream} makes it. */
export class MemoryObjectSendStream<T> extends ObjectSendStream<T> implements Disposable {
  readonly #channel: Channel<T>;
  readonly #end: End = { isClosed: false, waiting: 0 };

  /** @internal */
  constructor(channel: Channel<T>) {
    super();
    this.#channel = channel;
    channel.openSends++;
    noteOpened(this, `the sending end of ${channel.name}`, "memory");
  }

  /**
   * Sends one item, and waits while the buffer is full. With a `maxBufferSize` of 0 it waits for a receiver to take it.
   *
   * **Cancellation:** the item is withdrawn. Once a receiver or the buffer has it, the send has succeeded.
   *
   * @throws {ClosedResourceError} when this end was closed, before or meanwhile
   * @throws {BrokenResourceError} when every clone of the receiving end is closed
   */
  override send(item: T): Promise<void> {
    const channel = this.#channel;
    if (channel.isReadyToSend(this.#end)) return immediate(() => channel.send(this.#end, item));
    return channel.waitToSend(this.#end, item);
  }

  /**
   * Sends one item without waiting.
   *
   * @throws {WouldBlockError} when the buffer is full and nobody waits to receive
   * @throws {ClosedResourceError} when this end was closed
   * @throws {BrokenResourceError} when every clone of the receiving end is closed
   */
  sendNowait(item: T): void {
    this.#channel.send(this.#end, item);
  }

  /**
   * Makes another handle on this end, to be closed by itself: the stream ends when all are closed. Clone it before you start
   * the task that is to own it, for the task begins later, and this end may be closed by then.
   *
   * @throws {ClosedResourceError} when this end was closed
   * @example
   * const [send, receive] = createMemoryObjectStream<string>();
   * await withTaskGroup(async (tg) => {
   *   for (const name of ["a", "b"]) {
   *     const own = send.clone();
   *     tg.startSoon(async () => {
   *       await own.send(name);
   *       own.close();
   *     });
   *   }
   *   send.close();
   *   const names: string[] = [];
   *   for await (const name of receive) names.push(name);
   *   return names;
   * }); // => ["a", "b"]
   */
  clone(): MemoryObjectSendStream<T> {
    if (this.#end.isClosed) throw closed("sending");
    return new MemoryObjectSendStream(this.#channel);
  }

  /** Closes this end. Sends that wait in it are withdrawn, and get a `ClosedResourceError`. */
  override close(): void {
    if (this.#end.isClosed) return;
    noteClosed(this);
    this.#channel.closeSend(this.#end);
  }

  /** What can be told of the stream; both ends tell the same. */
  statistics(): MemoryObjectStreamStatistics {
    return statisticsOf(this.#channel);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** The end of a memory object stream that items come out of; {@link createMemoryObjectStream} makes it. */
export class MemoryObjectReceiveStream<T> extends ObjectReceiveStream<T> implements Disposable {
  readonly #channel: Channel<T>;
  readonly #end: End = { isClosed: false, waiting: 0 };
  readonly #receiver: Receiver<T> = { end: this.#end, accept: asItIs, atEnd: null };

  /** @internal */
  constructor(channel: Channel<T>) {
    super();
    this.#channel = channel;
    channel.openReceives++;
    noteOpened(this, `the receiving end of ${channel.name}`, "memory");
  }

  /**
   * Waits for the next item. An item that is a thenable is awaited.
   *
   * **Cancellation:** loses no item: it goes to the next receiver, or stays.
   *
   * @throws {EndOfStreamError} when every clone of the sending end is closed and the buffer is empty
   * @throws {ClosedResourceError} when this end was closed, before or meanwhile
   */
  override receive(): Promise<T> {
    if (this.#channel.isReadyToReceive(this.#end)) return immediate(this.#take);
    return this.#channel.waitToReceive(this.#receiver) as Promise<T>;
  }

  /**
   * Takes the next item without waiting. One that is a thenable is handed over as it is.
   *
   * @throws {WouldBlockError} when there is none
   * @throws {EndOfStreamError} when every clone of the sending end is closed and the buffer is empty
   * @throws {ClosedResourceError} when this end was closed
   */
  receiveNowait(): T {
    return this.#channel.receive(this.#end);
  }

  /** Receives until the end. Leaving the loop leaves the stream open. An item that is a thenable comes as it is. */
  override [Symbol.asyncIterator](): AsyncIterableIterator<T, undefined> {
    return new MemoryIterator(this.#channel, this.#end);
  }

  /**
   * Makes another handle on this end, to be closed by itself: each item goes to one of them.
   *
   * @throws {ClosedResourceError} when this end was closed
   */
  clone(): MemoryObjectReceiveStream<T> {
    if (this.#end.isClosed) throw closed("receiving");
    return new MemoryObjectReceiveStream(this.#channel);
  }

  /**
   * Closes this end. Whoever waits in it gets a `ClosedResourceError`. With the last clone, what is in the buffer is
   * dropped, and whoever waits to send gets a `BrokenResourceError`.
   */
  override close(): void {
    if (this.#end.isClosed) return;
    noteClosed(this);
    this.#channel.closeReceive(this.#end);
  }

  /** What can be told of the stream; both ends tell the same. */
  statistics(): MemoryObjectStreamStatistics {
    return statisticsOf(this.#channel);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  readonly #take = (): T => this.#channel.receive(this.#end);
}

function statisticsOf(channel: Channel<unknown>): MemoryObjectStreamStatistics {
  return {
    currentBufferUsed: channel.buffer.length,
    maxBufferSize: channel.maxBufferSize,
    openSendStreams: channel.openSends,
    openReceiveStreams: channel.openReceives,
    tasksWaitingSend: channel.senders.size,
    tasksWaitingReceive: channel.receivers.size,
  };
}

function asItIs<T>(item: T): T {
  return item;
}
