import { BrokenResourceError, BusyResourceError, ClosedResourceError } from "@anyio/core";
import { suspendForeign, type Suspension } from "@anyio/core/lowlevel";
import type { TLSSocket } from "node:tls";
import type { Wire } from "./wire.js";

/** The plain bytes that go out, and the goodbye behind them. */
export class Outflow {
  readonly #socket: TLSSocket;
  readonly #wire: Wire;
  #sender: Suspension<void> | null = null;
  /** How many sends were not through yet. */
  #outstanding = 0;
  #hasSentEof = false;
  #failure: (() => BrokenResourceError) | null = null;
  #closed: (() => ClosedResourceError) | null = null;

  constructor(socket: TLSSocket, wire: Wire) {
    this.#socket = socket;
    this.#wire = wire;
    wire.onFailure(this.#onLost);
  }

  send(bytes: Uint8Array): Promise<void> {
    return suspendForeign("TLS to send bytes", (waiter) => {
      if (this.#hasSentEof && this.#closed === null)
        throw new ClosedResourceError("the end has been sent; send before sendEof()");
      this.#checkSendable();
      if (bytes.length === 0) {
        waiter.resume();
        return undefined;
      }
      this.#sender = waiter;
      this.#outstanding++;
      // What is not encrypted at once is kept, by whoever waits no more perhaps.
      this.#socket.write(this.#socket.writableLength > 0 ? bytes.slice() : bytes, this.#onSent);
      return this.#withdraw;
    });
  }

  sendEof(): Promise<void> {
    return suspendForeign("TLS to say goodbye", (waiter) => {
      if (this.#hasSentEof && this.#closed === null) {
        waiter.resume();
        return undefined;
      }
      this.#checkSendable();
      this.#sender = waiter;
      this.#sayGoodbye(() => this.#resumeSender());
      return this.#withdraw;
    });
  }

  /** Nothing can be sent any more; whoever sends is told `why`. */
  fail(why: () => BrokenResourceError): void {
    this.#failure ??= why;
    this.#throwAtSender(this.#failure());
  }

  /** TLS has ended, which only is as it should be where that was said. */
  finish(): void {
    if (!this.#hasSentEof) this.fail(ended);
  }

  /** Nothing is taken any more; whoever sends is told `why`. */
  close(why: () => ClosedResourceError): void {
    this.#closed = why;
    this.#throwAtSender(why());
  }

  /** Waits until what cancelled sends have left is on its way. */
  flushed(): Promise<void> {
    return suspendForeign<void>("what was sent to be on its way", (waiter) => {
      if (this.#outstanding === 0 || this.#failure !== null) waiter.resume();
      else this.#socket.write(NOTHING, () => void waiter.resume());
    });
  }

  /** Says goodbye, unless that was done, or can't be any more. */
  sayGoodbye(): Promise<void> {
    return suspendForeign<void>("TLS to say goodbye", (waiter) => {
      if (this.#failure !== null || this.#hasSentEof || !this.#socket.writable) waiter.resume();
      else this.#sayGoodbye(() => void waiter.resume());
    });
  }

  /** Waits until all of it has been sent, or was lost. */
  gone(): Promise<void> {
    return suspendForeign<void>("the goodbye to go", (waiter) => this.#wire.whenIdle(() => void waiter.resume()));
  }

  get isGone(): boolean {
    return this.#wire.isIdle;
  }

  #checkSendable(): void {
    if (this.#closed !== null) throw this.#closed();
    if (this.#sender !== null) throw new BusyResourceError();
    if (this.#failure !== null) throw this.#failure();
    if (!this.#socket.writable) throw ended();
  }

  /**
   * Calls back once everything that was sent is through, and the goodbye is on its way, but not until it is taken: nobody may
   * be receiving yet. Deno tells that it has ended before it writes it, and Bun has said it already where the other side has.
   */
  #sayGoodbye(onSaid: () => void): void {
    this.#hasSentEof = true;
    const end = (): void => {
      let isSaid = false;
      const said = (): void => {
        if (!isSaid) onSaid();
        isSaid = true;
      };
      this.#wire.whenWritten(said);
      this.#socket.end(() => setImmediate(() => setImmediate(said)));
    };
    if (this.#outstanding > 0) this.#socket.write(NOTHING, end);
    else end();
  }

  // Bun tells that bytes are through before they are.
  readonly #onSent = (): void => this.#wire.whenIdle(this.#onThrough);

  readonly #onThrough = (): void => {
    this.#outstanding--;
    if (this.#outstanding === 0 && !this.#hasSentEof) this.#resumeSender();
  };

  readonly #withdraw = (): void => {
    this.#sender = null;
  };

  readonly #onLost = (error: unknown): void => {
    const message = "what was sent did not get through to the other side; open a new connection";
    this.fail(() => new BrokenResourceError(message, { cause: error }));
  };

  #resumeSender(): void {
    const sender = this.#sender;
    this.#sender = null;
    sender?.resume();
  }

  #throwAtSender(error: Error): void {
    const sender = this.#sender;
    this.#sender = null;
    sender?.throw(error);
  }
}

const NOTHING = new Uint8Array(0);

function ended(): BrokenResourceError {
  return new BrokenResourceError("TLS has ended; nothing can be sent any more");
}
