import { BusyResourceError, ClosedResourceError, EndOfStreamError, type ExtraAttributes } from "@anyio/core";
import { immediate, quietly } from "@anyio/core/lowlevel";
import { ByteReceiveStream } from "./byte-stream.js";
import { DelimiterNotFoundError, IncompleteReadError } from "./errors.js";
import { ByteQueue } from "./internal/byte-queue.js";
import { checkBytes, checkMaxBytes, checkSize, DEFAULT_MAX_BYTES } from "./internal/checks.js";
import { DelimiterSearch } from "./internal/delimiter-search.js";
import type { ObjectReceiveStream } from "./object-stream.js";

/**
 * Receives bytes in the portions that a protocol needs: so many, or up to a delimiter. It buffers what comes beyond them,
 * so receive from it alone, and no longer from the stream it wraps, which it closes with itself.
 *
 * What it hands over never changes afterwards, whatever becomes of the memory that the bytes came in. Results share memory
 * with others, up to 128 KiB: copy a small one before you keep it for long, and any before you transfer its `buffer`.
 *
 * @example
 * const [send, receive] = createMemoryObjectStream<Uint8Array>(10);
 * const stream = new BufferedByteReceiveStream(receive);
 * for (const text of ["GET / HT", "TP/1.1\r", "\nHost: a\r\n"]) await send.send(new TextEncoder().encode(text));
 * const line = await stream.receiveUntil("\r\n", 1024);
 * new TextDecoder().decode(line); // => "GET / HTTP/1.1"
 * @see anyio.streams.buffered.BufferedByteReceiveStream
 */
export class BufferedByteReceiveStream extends ByteReceiveStream {
  readonly #source: ByteReceiveStream | ObjectReceiveStream<Uint8Array>;
  readonly #queue = new ByteQueue();
  /** The last delimiter looked for, and how far. */
  #search: DelimiterSearch | null = null;
  #state: "open" | "receiving" | "closed" = "open";
  #count = 0;
  #dropped = 0;

  constructor(source: ByteReceiveStream | ObjectReceiveStream<Uint8Array>) {
    super();
    this.#source = source;
  }

  /** A copy of the bytes that have come and were not received yet. */
  get buffer(): Uint8Array {
    return this.#queue.copy();
  }

  override get extraAttributes(): ExtraAttributes {
    return this.#source.extraAttributes;
  }

  /**
   * Puts a copy of `bytes` behind those in the buffer: they are received before anything else comes from the wrapped
   * stream. A receive that waits for that stream already goes on waiting for it.
   *
   * @throws {ClosedResourceError} when this stream was closed
   * @throws {TypeError} when `bytes` is no `Uint8Array`
   */
  feedData(bytes: Uint8Array): void {
    checkBytes(bytes, "bytes");
    if (this.#state === "closed") throw closed();
    this.#queue.append(bytes);
  }

  override receive(maxBytes: number = DEFAULT_MAX_BYTES): Promise<Uint8Array> {
    try {
      checkMaxBytes(maxBytes);
    } catch (error) {
      return Promise.reject(error);
    }
    if (this.#state !== "open") return this.#refuse();
    const { length } = this.#queue;
    return length > 0 ? this.#takeNow(Math.min(length, maxBytes), 0) : this.#wait(this.#receiveSome(maxBytes));
  }

  /**
   * Waits for exactly `count` bytes. Those there are stay where they are until all have come.
   *
   * **Cancellation:** loses no byte.
   *
   * @param count a whole number; 0 waits for nothing
   * @throws {IncompleteReadError} when the stream ends before; what has come stays in the buffer
   * @throws {RangeError} when `count` is no whole number from 0 on
   * @throws as `receive` does
   */
  receiveExactly(count: number): Promise<Uint8Array> {
    try {
      checkSize(count, 0, "count must be a whole number from 0 on");
    } catch (error) {
      return Promise.reject(error);
    }
    if (this.#state !== "open") return this.#refuse();
    return this.#queue.length >= count ? this.#takeNow(count, 0) : this.#wait(this.#receiveExactly(count));
  }

  /**
   * Waits for a delimiter, and takes it and all bytes before it.
   *
   * **Cancellation:** loses no byte.
   *
   * @param delimiter bytes, or a text in UTF-8, which AnyIO does not take
   * @param maxBytes how many bytes may precede the delimiter
   * @returns the bytes before the delimiter; none where it comes first
   * @throws {DelimiterNotFoundError} when more bytes than that precede it; they stay in the buffer
   * @throws {IncompleteReadError} when the stream ends before; what has come stays in the buffer
   * @throws {TypeError} when `delimiter` is neither bytes nor a text
   * @throws {RangeError} when `delimiter` is empty, or `maxBytes` not a positive integer
   * @throws as `receive` does
   */
  receiveUntil(delimiter: Uint8Array | string, maxBytes: number): Promise<Uint8Array> {
    let search: DelimiterSearch;
    try {
      checkMaxBytes(maxBytes);
      search = this.#searchFor(delimiter);
    } catch (error) {
      return Promise.reject(error);
    }
    if (this.#state !== "open") return this.#refuse();
    return search.find(this.#queue) && search.least <= maxBytes
      ? this.#takeNow(search.least, search.delimiter.length)
      : this.#wait(this.#receiveUntil(search, maxBytes));
  }

  /** Closes the wrapped stream; what is in the buffer is dropped. **Cancellation:** closing always closes. */
  override async close(): Promise<void> {
    this.#state = "closed";
    this.#queue.clear();
    await this.#source.close();
  }

  async #receiveSome(maxBytes: number): Promise<Uint8Array> {
    const queue = this.#queue;
    while (queue.length === 0) {
      const bytes = this.#check(await this.#source.receive());
      if (bytes.length > 0 && bytes.length <= maxBytes && queue.length === 0) return new Uint8Array(bytes);
      queue.append(bytes);
    }
    return this.#take(Math.min(queue.length, maxBytes), 0);
  }

  async #receiveExactly(count: number): Promise<Uint8Array> {
    while (this.#queue.length < count) await this.#receiveMore(count);
    return this.#take(count, 0);
  }

  async #receiveUntil(search: DelimiterSearch, maxBytes: number): Promise<Uint8Array> {
    for (;;) {
      const isFound = search.find(this.#queue);
      if (search.least > maxBytes) return immediate(() => fail(new DelimiterNotFoundError(maxBytes)));
      if (isFound) return this.#take(search.least, search.delimiter.length);
      await this.#receiveMore(undefined);
    }
  }

  async #receiveMore(expected: number | undefined): Promise<void> {
    let bytes: Uint8Array;
    try {
      bytes = this.#check(await this.#source.receive());
    } catch (error) {
      if (!(error instanceof EndOfStreamError)) throw error;
      throw new IncompleteReadError(this.#queue.length, expected, { cause: error });
    }
    this.#queue.append(bytes);
  }

  #check(bytes: Uint8Array): Uint8Array {
    checkBytes(bytes, "what a stream of bytes hands over");
    // The wrapped stream may take its time to close.
    if (this.#state === "closed") throw closed();
    return bytes;
  }

  #searchFor(delimiter: Uint8Array | string): DelimiterSearch {
    if (this.#search?.isFor(delimiter)) return this.#search;
    return (this.#search = new DelimiterSearch(delimiter));
  }

  #take(count: number, dropped: number): Uint8Array {
    this.#search?.skip(count + dropped);
    return this.#queue.take(count, dropped);
  }

  // One function for all, and its arguments in fields: this is what every line of a text goes through.
  #takeNow(count: number, dropped: number): Promise<Uint8Array> {
    this.#count = count;
    this.#dropped = dropped;
    return immediate(this.#takeCounted);
  }

  readonly #takeCounted = (): Uint8Array => this.#take(this.#count, this.#dropped);

  #wait(receiving: Promise<Uint8Array>): Promise<Uint8Array> {
    this.#state = "receiving";
    void receiving.then(this.#receivingEnded, this.#receivingEnded);
    return quietly(receiving);
  }

  readonly #receivingEnded = (): void => {
    if (this.#state === "receiving") this.#state = "open";
  };

  #refuse(): Promise<never> {
    const error =
      this.#state === "closed"
        ? closed()
        : new BusyResourceError("another task is already receiving here; let one task own the stream");
    return immediate(() => fail(error));
  }
}

function closed(): ClosedResourceError {
  return new ClosedResourceError("the buffered stream is closed; make a new one");
}

function fail(error: Error): never {
  throw error;
}
