import { BrokenResourceError, BusyResourceError, ClosedResourceError, EndOfStreamError } from "@anyio/core";
import { bindScope, immediate, noteClosed, noteOpened, suspendForeign, type Suspension } from "@anyio/core/lowlevel";
import { ByteReceiveStream } from "./byte-stream.js";
import { checkBytes, checkMaxBytes, DEFAULT_MAX_BYTES } from "./internal/checks.js";
import { settleUnlessCancelled } from "./internal/closing.js";

/**
 * Makes a stream of ours of a web stream of bytes, the body of a response say. Nothing is read ahead: the web stream is
 * asked for a chunk when somebody receives. It is locked, and its source is called in the scope in which this was called.
 *
 * What is received are the web stream's chunks, or views of one that is larger than `maxBytes`. When the web stream fails,
 * `receive()` throws a `BrokenResourceError` with the failure as its `cause`. Closing early cancels the web stream, and
 * waits for its source to agree.
 *
 * @throws {TypeError} when the web stream is locked
 * @example
 * const response = await fetch("data:text/plain,hello");
 * const body = fromWebReadable(response.body ?? new ReadableStream());
 * const bytes = await body.receive();
 * await body.close();
 * new TextDecoder().decode(bytes); // => "hello"
 */
export function fromWebReadable(stream: ReadableStream<Uint8Array>): ByteReceiveStream {
  return new WebByteReceiveStream(stream);
}

class WebByteReceiveStream extends ByteReceiveStream {
  readonly #read: () => Promise<{ done: boolean; value?: unknown }>;
  readonly #cancel: (reason: unknown) => Promise<void>;
  #state: "open" | "ended" | "failed" | "closed" = "open";
  #failure: unknown = undefined;
  /** What is left of the last chunk. */
  #chunk: Uint8Array = NONE;
  /** A read outlives a cancelled receive: its chunk is for the next one. */
  #isReading = false;
  #waiter: Suspension<Uint8Array> | null = null;
  #maxBytes = 0;
  #closing: Promise<void> = Promise.resolve();

  constructor(stream: ReadableStream<Uint8Array>) {
    super();
    const reader = stream.getReader();
    this.#read = bindScope(() => reader.read());
    this.#cancel = bindScope((reason: unknown) => reader.cancel(reason));
    noteOpened(this, "a stream made of a web stream");
  }

  override receive(maxBytes: number = DEFAULT_MAX_BYTES): Promise<Uint8Array> {
    try {
      checkMaxBytes(maxBytes);
    } catch (error) {
      return Promise.reject(error);
    }
    if (this.#waiter !== null) return immediate(refuse);
    this.#maxBytes = maxBytes;
    return this.#isReady ? immediate(this.#take) : suspendForeign("bytes of a web stream", this.#wait);
  }

  override async close(): Promise<void> {
    if (this.#state !== "closed") {
      const state = this.#state;
      this.#state = "closed";
      this.#chunk = NONE;
      noteClosed(this);
      this.#settle();
      const reason = new BrokenResourceError("the receiving side was closed before the end");
      if (state === "open") this.#closing = this.#cancel(reason);
    }
    try {
      await settleUnlessCancelled(this.#closing);
    } finally {
      this.#closing = Promise.resolve();
    }
  }

  get #isReady(): boolean {
    return this.#chunk.length > 0 || this.#state !== "open";
  }

  readonly #wait = (waiter: Suspension<Uint8Array>): (() => void) => {
    this.#waiter = waiter;
    if (!this.#isReading) this.#readMore();
    return this.#undo;
  };

  readonly #undo = (): void => {
    this.#waiter = null;
  };

  #readMore(): void {
    this.#isReading = true;
    this.#read().then(this.#hasRead, this.#hasFailed);
  }

  readonly #hasRead = ({ done, value }: { done: boolean; value?: unknown }): void => {
    this.#isReading = false;
    if (this.#state !== "open") return;
    if (done) this.#end("ended");
    else if (value instanceof Uint8Array) this.#chunk = value;
    else this.#refuseChunk(value);
    if (this.#isReady) this.#settle();
    else if (this.#waiter !== null) this.#readMore();
  };

  readonly #hasFailed = (error: unknown): void => {
    this.#isReading = false;
    if (this.#state !== "open") return;
    this.#failure = error;
    this.#end("failed");
    this.#settle();
  };

  #refuseChunk(value: unknown): void {
    try {
      checkBytes(value, "a chunk of a web stream of bytes");
    } catch (error) {
      this.#failure = error;
      this.#end("failed");
      this.#cancel(error).catch(ignore);
    }
  }

  #end(state: "ended" | "failed"): void {
    this.#state = state;
    noteClosed(this);
  }

  #settle(): void {
    const waiter = this.#waiter;
    if (waiter === null) return;
    this.#waiter = null;
    try {
      waiter.resume(this.#take());
    } catch (error) {
      waiter.throw(error);
    }
  }

  readonly #take = (): Uint8Array => {
    if (this.#state === "closed") throw new ClosedResourceError("the stream is closed; open a new one");
    const chunk = this.#chunk;
    if (chunk.length > 0) {
      const isWhole = chunk.length <= this.#maxBytes;
      this.#chunk = isWhole ? NONE : chunk.subarray(this.#maxBytes);
      return isWhole ? chunk : chunk.subarray(0, this.#maxBytes);
    }
    if (this.#state === "ended") throw new EndOfStreamError();
    throw new BrokenResourceError("the web stream has failed", { cause: this.#failure });
  };
}

const NONE = new Uint8Array(0);

function refuse(): never {
  throw new BusyResourceError("another task is already receiving from this stream; let one task own it");
}

function ignore(): void {}
