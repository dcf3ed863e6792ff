import { currentEffectiveDeadline, isCancelled } from "@anyio/core";
import { bindScope } from "@anyio/core/lowlevel";
import type { ByteStream } from "@anyio/streams";
import { Duplex } from "node:stream";

/**
 * What a `TLSSocket` of Node's reads from and writes to: a stream of bytes of ours.
 *
 * 1. It does not receive. Whoever waits for what TLS makes of it does that, and pushes what comes: so there is nothing that
 *    goes on when nobody waits, a cancelled wait is just that, and the order of events is ours to see.
 * 2. It sends in the scope of whoever has last wanted something to be sent, and is waiting for it. What is left of one that
 *    was cancelled is sent in the scope in which the wire was made.
 * 3. It does not fail towards Node, which would drop what was received and not been looked at yet.
 */
export class Wire extends Duplex {
  readonly #stream: ByteStream;
  readonly #onFailure: (error: unknown) => void;
  readonly #home: Call = bindScope(call);
  #latest: Call = this.#home;
  #carrying = 0;
  #onIdle: (() => void)[] = [];
  #onWritten: (() => void)[] = [];
  #hasFailed = false;

  /** @param onFailure is told of the first error in sending */
  constructor(stream: ByteStream, onFailure: (error: unknown) => void) {
    super({ allowHalfOpen: true, autoDestroy: false, emitClose: false });
    this.#stream = stream;
    this.#onFailure = onFailure;
  }

  /** What is sent from now on is sent in the scope of the caller, who waits for it. */
  sendInThisScope(): void {
    this.#latest = bindScope(call);
  }

  /** Drops what is written from now on. */
  cut(): void {
    this.#hasFailed = true;
  }

  /** Whether all that was written has been sent, or was lost. */
  get isIdle(): boolean {
    return this.#carrying === 0 && this.writableLength === 0;
  }

  /** Calls back once all that was written has been sent, or was lost. */
  whenIdle(callback: () => void): void {
    if (this.isIdle) callback();
    else this.#onIdle.push(callback);
  }

  /** Calls back when the next piece is written. */
  whenWritten(callback: () => void): void {
    this.#onWritten.push(callback);
  }

  override _read(): void {}

  override _write(chunk: Uint8Array, _encoding: unknown, done: () => void): void {
    void this.#carry(chunk, done);
  }

  override _writev(chunks: { chunk: Uint8Array }[], done: () => void): void {
    void this.#carry(Buffer.concat(chunks.map(({ chunk }) => chunk)), done);
  }

  override _final(done: () => void): void {
    done();
  }

  async #carry(bytes: Uint8Array, done: () => void): Promise<void> {
    this.#carrying++;
    for (const callback of this.#onWritten.splice(0)) callback();
    if (!this.#hasFailed) await this.#send(bytes);
    this.#carrying--;
    done();
    if (this.isIdle) for (const callback of this.#onIdle.splice(0)) callback();
  }

  async #send(bytes: Uint8Array): Promise<void> {
    const inScope = isCancelledIn(this.#latest) ? this.#home : this.#latest;
    const isRefused = isCancelledIn(inScope);
    try {
      await inScope(() => this.#stream.send(bytes));
    } catch (error) {
      // A send that is cancelled sends its bytes all the same; one that is refused does not.
      if (isRefused || !isCancelled(error)) this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    this.#onFailure(error);
  }
}

type Call = <T>(fn: () => T) => T;

function call<T>(fn: () => T): T {
  return fn();
}

function isCancelledIn(inScope: Call): boolean {
  return inScope(currentEffectiveDeadline) === -Infinity;
}
