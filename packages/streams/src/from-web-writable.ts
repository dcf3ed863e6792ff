import { BrokenResourceError, ClosedResourceError, currentEffectiveDeadline } from "@anyio/core";
import { bindScope, immediate, noteClosed, noteOpened, suspendForeign, type Suspension } from "@anyio/core/lowlevel";
import { ResourceGuard } from "@anyio/sync";
import { ByteSendStream } from "./byte-stream.js";
import { checkBytes } from "./internal/checks.js";
import { settleUnlessCancelled } from "./internal/closing.js";

/**
 * Makes a stream of ours of a web stream that takes bytes. `send()` returns when the web stream has room for more, and until its
 * sink has written them the bytes are the web stream's: do not change them meanwhile. It is locked, and its sink is
 * called in the scope in which this was called.
 *
 * Closing closes the web stream once all has been written, which the bytes of a `send()` that waits still are, although it
 * fails. In a cancelled scope closing aborts the web stream instead, and waits for nothing. When the
 * web stream fails, `send()` throws a `BrokenResourceError` with the failure as its `cause`, and so does `close()` where
 * something of ours is lost by it that no `send()` has told of.
 *
 * @throws {TypeError} when the web stream is locked
 * @example
 * const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
 * const stream = fromWebWritable(writable);
 * const text = new Response(readable).text();
 * await stream.send(new TextEncoder().encode("hello"));
 * await stream.close();
 * await text; // => "hello"
 */
export function fromWebWritable(stream: WritableStream<Uint8Array>): ByteSendStream {
  return new WebByteSendStream(stream);
}

class WebByteSendStream extends ByteSendStream {
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #write: (bytes: Uint8Array) => Promise<void>;
  readonly #finish: () => Promise<void>;
  readonly #abort: (reason: unknown) => Promise<void>;
  readonly #guard = new ResourceGuard("sending to");
  #isClosed = false;
  #failure: { readonly cause: unknown } | null = null;
  /** Whether somebody knows of the failure. */
  #isTold = false;
  /** How many writes have not been done, or will never be. */
  #outstanding = 0;
  #waiter: Suspension<void> | null = null;
  #closing: Promise<void> = Promise.resolve();

  constructor(stream: WritableStream<Uint8Array>) {
    super();
    const writer = (this.#writer = stream.getWriter());
    this.#write = bindScope((bytes: Uint8Array) => writer.write(bytes));
    this.#finish = bindScope(() => writer.close());
    this.#abort = bindScope((reason: unknown) => writer.abort(reason));
    writer.closed.catch(this.#fail);
    noteOpened(this, "a stream made of a web stream");
  }

  override send(bytes: Uint8Array): Promise<void> {
    try {
      checkBytes(bytes, "bytes");
    } catch (error) {
      return Promise.reject(error);
    }
    if (this.#isClosed || this.#failure !== null || bytes.length === 0) return immediate(this.#check);
    return suspendForeign("room in a web stream", (waiter) => this.#begin(bytes, waiter));
  }

  override async close(): Promise<void> {
    if (!this.#isClosed) {
      this.#isClosed = true;
      noteClosed(this);
      this.#waiter?.throw(closed());
      // In a cancelled scope nothing waits for what is to be written yet.
      this.#closing = currentEffectiveDeadline() === -Infinity ? this.#drop() : this.#flush();
    }
    try {
      if (!(await settleUnlessCancelled(this.#closing))) void this.#drop();
    } finally {
      this.#closing = Promise.resolve();
    }
  }

  #begin(bytes: Uint8Array, waiter: Suspension<void>): () => void {
    const use = this.#guard.enter();
    this.#waiter = waiter;
    const end = (): void => {
      use[Symbol.dispose]();
      if (this.#waiter === waiter) this.#waiter = null;
    };
    const go = (): void => {
      end();
      waiter.resume();
    };
    const fail = (error: unknown): void => {
      this.#fail(error);
      end();
      if (waiter.throw(this.#broken())) this.#isTold = true;
    };
    const written = (): void => {
      this.#outstanding--;
      go();
    };
    this.#outstanding++;
    this.#write(bytes).then(written, fail);
    // It never comes where the high-water mark is 0.
    this.#writer.ready.then(go, fail);
    return end;
  }

  readonly #check = (): void => {
    if (this.#isClosed) throw closed();
    if (this.#failure === null) return;
    this.#isTold = true;
    throw this.#broken();
  };

  readonly #fail = (cause: unknown): void => {
    this.#failure ??= { cause };
  };

  #broken(): BrokenResourceError {
    return new BrokenResourceError("the web stream has failed", this.#failure ?? {});
  }

  async #flush(): Promise<void> {
    // Where it failed before, and everything was written by then, nothing is lost but the end.
    if (this.#writer.desiredSize === null && this.#outstanding === 0) this.#isTold = true;
    try {
      await this.#finish();
    } catch (error) {
      this.#fail(error);
      if (!this.#isTold) throw this.#broken();
    }
  }

  async #drop(): Promise<void> {
    try {
      await this.#abort(new BrokenResourceError("the sending side was closed without its end"));
    } catch {
      // It was to go, and is gone.
    }
  }
}

function closed(): ClosedResourceError {
  return new ClosedResourceError("the stream is closed; open a new one");
}
