import { Duplex } from "node:stream";
import { BrokenResourceError, CancelScope, EndOfStreamError, isCancelled } from "@anyio/core";
import { bindScope, quietly } from "@anyio/core/lowlevel";
import type { ByteStream } from "../byte-stream.js";
import { ABANDON, type Abandonable, checkMembers } from "./node-stream.js";

/**
 * Makes a Node.js `Duplex` of a byte stream, for code that wants one: TLS, an HTTP client, a pipeline. It reads and
 * writes only as Node asks it to, so a slow side slows the other one down. Errors arrive as they are. Once both
 * directions have ended, or when it is destroyed, it closes the stream.
 *
 * The stream is used in the scope in which this is called: when that is left, what is still going on is cancelled, and
 * the `Duplex` is destroyed with the cancellation as its error, which nobody has to listen for.
 *
 * @throws {TypeError} when `stream` is no byte stream
 * @example
 * import { PassThrough } from "node:stream";
 *
 * const duplex = toDuplex(fromDuplex(new PassThrough()));
 * duplex.end("hello");
 * const chunks: Uint8Array[] = [];
 * for await (const chunk of duplex) chunks.push(chunk);
 * Buffer.concat(chunks).toString(); // => "hello"
 */
export function toDuplex(stream: ByteStream): Duplex {
  checkMembers("stream", stream, "ByteStream", ["receive", "send", "sendEof", "close"]);
  return new ByteStreamDuplex(stream);
}

type Callback = (error?: Error | null) => void;

class ByteStreamDuplex extends Duplex implements Abandonable {
  readonly #stream: ByteStream;
  /** The operations that Node has asked for and that destroying ends. */
  readonly #pending = new Set<CancelScope>();
  /** In which the stream is closed. */
  readonly #goodbye = new CancelScope({ name: "toDuplex" });
  readonly #inScope = bindScope((work: () => Promise<unknown>) => void quietly(work()));

  constructor(stream: ByteStream) {
    super();
    this.#stream = stream;
  }

  override _read(size: number): void {
    this.#inScope(async () => {
      try {
        const bytes = await this.#whileAlive(() => this.#stream.receive(Math.max(size, 1)));
        this.push(bytes);
      } catch (error) {
        if (error instanceof EndOfStreamError) this.push(null);
        else this.#fail(error);
      }
    });
  }

  override _write(chunk: Uint8Array, _encoding: unknown, callback: Callback): void {
    this.#inScope(() => this.#settle(callback, () => this.#stream.send(chunk)));
  }

  override _final(callback: Callback): void {
    this.#inScope(() => this.#settle(callback, () => this.#stream.sendEof()));
  }

  override _destroy(error: Error | null, callback: Callback): void {
    for (const scope of this.#pending) scope.cancel("the Node.js stream was destroyed");
    // What was flushed needs no more than a proper goodbye; otherwise nobody waits for the rest.
    if (error !== null || !this.writableFinished) this.#goodbye.cancel();
    this.#inScope(async () => {
      try {
        await this.#goodbye.run(() => this.#stream.close());
        callback(error);
      } catch (closeError) {
        callback(error ?? (closeError as Error));
      }
    });
  }

  [ABANDON](): void {
    this.#goodbye.cancel("the Node.js stream was closed by force");
    this.destroy();
  }

  async #settle(callback: Callback, work: () => Promise<void>): Promise<void> {
    try {
      await this.#whileAlive(work);
      callback();
    } catch (error) {
      if (isCancelled(error)) this.on("error", ignore);
      callback(error as Error);
    }
  }

  async #whileAlive<T>(work: () => Promise<T>): Promise<T> {
    const scope = new CancelScope({ name: "toDuplex" });
    this.#pending.add(scope);
    try {
      const result = await scope.run(async () => ({ value: await work() }));
      if (result !== undefined) return result.value;
      throw new BrokenResourceError("the Node.js stream was destroyed");
    } finally {
      this.#pending.delete(scope);
    }
  }

  #fail(error: unknown): void {
    if (isCancelled(error)) this.on("error", ignore);
    this.destroy(error as Error);
  }
}

function ignore(): void {}
