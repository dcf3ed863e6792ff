import type { Readable } from "node:stream";
import { BrokenResourceError, BusyResourceError, ClosedResourceError, EndOfStreamError } from "@anyio/core";
import { bindScope, immediate, suspendForeign, type Suspension } from "@anyio/core/lowlevel";
import { ByteReceiveStream } from "@anyio/streams";

/** Whoever waits: `receive()`, for so many bytes, or a step of an iterator. */
type Waiter =
  | { readonly suspension: Suspension<Uint8Array>; readonly maxBytes: number; readonly iterator: null }
  | { readonly suspension: Suspension<Step>; readonly maxBytes: number; readonly iterator: object };

type Step = IteratorResult<Uint8Array, undefined>;

/**
 * What a child writes, to be received: an adapter for one kind of `Readable`, which costs little more than listening to it does.
 *
 * 1. It is read ahead, up to a bound. Node throws away what nobody has begun to read when the child exits.
 * 2. Bytes come before the end, and the end before errors. Its end is all that is to be known of a pipe, but for one that breaks.
 */
export class ChildOutput extends ByteReceiveStream {
  readonly #readable: Readable;
  readonly #chunks: Uint8Array[] = [];
  /** How many of the chunks have been received. */
  #taken = 0;
  #length = 0;
  #state: "open" | "ended" | "broken" | "closed" = "open";
  #cause: unknown = undefined;
  #waiter: Waiter | null = null;
  readonly #resume: () => void;

  constructor(readable: Readable) {
    super();
    this.#readable = readable;
    this.#resume = bindScope(() => void readable.resume());
    readable.on("data", this.#onData);
    readable.on("end", () => this.#end("ended", undefined));
    readable.on("close", () => this.#end("broken", undefined));
    // For life: an error that nobody listens for ends the process.
    readable.on("error", (error) => this.#end("broken", error));
  }

  override receive(maxBytes: number = DEFAULT_MAX_BYTES): Promise<Uint8Array> {
    if (!Number.isSafeInteger(maxBytes) || maxBytes < 1) {
      return Promise.reject(new RangeError(`maxBytes must be a positive integer, not ${String(maxBytes)}`));
    }
    if (this.#isDecided) return immediate(() => this.#take(maxBytes));
    return suspendForeign("the output of a process", (suspension) =>
      this.#wait({ suspension, maxBytes, iterator: null }),
    );
  }

  override close(): Promise<void> {
    if (this.#state !== "closed") {
      this.#state = "closed";
      this.#chunks.length = this.#taken = this.#length = 0;
      this.#fail();
      this.#readable.destroy();
    }
    return Promise.resolve();
  }

  override [Symbol.asyncIterator](): AsyncIterableIterator<Uint8Array, undefined> {
    let isDone = false;
    const iterator = {
      next: (): Promise<Step> => {
        if (isDone) return immediate(() => END);
        if (this.#isDecided) {
          return immediate(() => {
            isDone = this.#state === "ended" && this.#length === 0;
            return isDone ? END : { value: this.#take(DEFAULT_MAX_BYTES), done: false };
          });
        }
        return suspendForeign<Step>("the output of a process", (suspension) =>
          this.#wait({ suspension, maxBytes: DEFAULT_MAX_BYTES, iterator }),
        );
      },
      return: (): Promise<IteratorReturnResult<undefined>> => {
        isDone = true;
        this.#leave(iterator);
        return Promise.resolve(END);
      },
      throw: (error?: unknown): Promise<never> => {
        isDone = true;
        this.#leave(iterator);
        return Promise.reject(error);
      },
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
  }

  /** Whether there is something to give, if only an error. */
  get #isDecided(): boolean {
    return this.#length > 0 || this.#state !== "open";
  }

  #wait(waiter: Waiter): () => void {
    if (this.#waiter !== null) throw new BusyResourceError();
    this.#waiter = waiter;
    return () => (this.#waiter = null);
  }

  /** Ends the step that an iterator waits for. */
  #leave(iterator: object): void {
    const waiter = this.#waiter;
    if (waiter?.iterator !== iterator) return;
    this.#waiter = null;
    waiter.suspension.resume(END);
  }

  #take(maxBytes: number): Uint8Array {
    const chunk = this.#chunks[this.#taken];
    if (chunk === undefined) throw this.#failure();
    const isAll = chunk.length <= maxBytes;
    if (isAll) this.#taken++;
    else this.#chunks[this.#taken] = chunk.subarray(maxBytes);
    // What was received must not be kept where there is always something more.
    if (this.#taken * 2 >= this.#chunks.length) {
      this.#chunks.splice(0, this.#taken);
      this.#taken = 0;
    }
    const bytes = isAll ? chunk : chunk.subarray(0, maxBytes);
    this.#length -= bytes.length;
    if (this.#length < LOW && this.#state === "open" && this.#readable.isPaused()) this.#resume();
    return bytes;
  }

  #failure(): Error {
    if (this.#state === "closed") return new ClosedResourceError("the stream is closed; open a new one");
    if (this.#state === "ended") return new EndOfStreamError();
    return new BrokenResourceError(undefined, this.#cause === undefined ? {} : { cause: this.#cause });
  }

  readonly #onData = (chunk: Uint8Array): void => {
    if (this.#state === "closed") return;
    // A Buffer is a Uint8Array whose `slice()` and `toString()` do something else.
    const bytes = new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    this.#length += bytes.length;
    this.#chunks.push(bytes);
    const waiter = this.#waiter;
    if (waiter !== null) {
      this.#waiter = null;
      const value = this.#take(waiter.maxBytes);
      if (waiter.iterator === null) waiter.suspension.resume(value);
      else waiter.suspension.resume({ value, done: false });
    }
    if (this.#length >= HIGH) this.#readable.pause();
  };

  #end(state: "ended" | "broken", cause: unknown): void {
    if (this.#state !== "open") return;
    this.#state = state;
    this.#cause = cause;
    this.#fail();
  }

  /** Tells whoever waits that nothing will come. */
  #fail(): void {
    const waiter = this.#waiter;
    this.#waiter = null;
    if (waiter === null) return;
    if (waiter.iterator !== null && this.#state === "ended") waiter.suspension.resume(END);
    else waiter.suspension.throw(this.#failure());
  }
}

const END: IteratorReturnResult<undefined> = { value: undefined, done: true };
const DEFAULT_MAX_BYTES = 65_536;
/** How much is read ahead, and when more is. */
const HIGH = 128 * 1024;
const LOW = 64 * 1024;
