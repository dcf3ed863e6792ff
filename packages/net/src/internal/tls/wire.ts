import { currentEffectiveDeadline, isCancelled } from "@anyio/core";
import { bindScope } from "@anyio/core/lowlevel";
import type { ByteStream } from "@anyio/streams";
import { Duplex } from "node:stream";

/**
 * What a `TLSSocket` of Node's reads from and writes to: a stream of bytes of ours.
 *
 * 1. It does not receive. Whoever waits for what TLS makes of it does that, and pushes what comes: so there is nothing that
 *    goes on when nobody waits, a cancelled wait is just that, and the order of events is ours to see.
 * 2. It sends outside of all scopes: a send that is cancelled is sent all the same, TLS says things that nobody waits for, tickets
 *    for a later session say, and a scope that is left would end what is on its way.
 * 3. It does not fail towards Node, which would drop what was received and not been looked at yet.
 */
export class Wire extends Duplex {
  readonly #stream: ByteStream;
  #onFailure: ((error: unknown) => void) | null = null;
  #failure: { readonly error: unknown } | null = null;
  #carrying = 0;
  #onIdle: (() => void)[] = [];
  #onWritten: (() => void)[] = [];
  #isCut = false;

  constructor(stream: ByteStream) {
    super({ allowHalfOpen: true, autoDestroy: false, emitClose: false });
    this.#stream = stream;
  }

  /** Tells of the first error in sending, also where there has been one already. */
  onFailure(callback: (error: unknown) => void): void {
    this.#onFailure = callback;
    if (this.#failure !== null) callback(this.#failure.error);
  }

  /** Drops what is written from now on. */
  cut(): void {
    this.#isCut = true;
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
    if (!this.#isCut) await this.#send(bytes);
    this.#carrying--;
    done();
    if (this.isIdle) for (const callback of this.#onIdle.splice(0)) callback();
  }

  async #send(bytes: Uint8Array): Promise<void> {
    const isRefused = outside(currentEffectiveDeadline) === -Infinity;
    try {
      await outside(() => this.#stream.send(bytes));
    } catch (error) {
      // A send that is cancelled sends its bytes all the same; one that is refused does not.
      if (isRefused || !isCancelled(error)) this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    if (this.#isCut) return;
    this.#isCut = true;
    this.#failure = { error };
    this.#onFailure?.(error);
  }
}

function call<T>(fn: () => T): T {
  return fn();
}

/** Calls in the scope that this module was loaded in: none, as a rule. */
const outside = bindScope(call);
