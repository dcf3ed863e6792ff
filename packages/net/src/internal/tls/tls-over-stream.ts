import {
  BrokenResourceError,
  BusyResourceError,
  CancelScope,
  ClosedResourceError,
  currentEffectiveDeadline,
  EndOfStreamError,
  forceClose,
  isCancelled,
  moveOnAfter,
} from "@anyio/core";
import {
  checkpointIfCancelled,
  immediate,
  quietly,
  suspendForeign,
  suspendShielded,
  type Suspension,
} from "@anyio/core/lowlevel";
import { ByteStream } from "@anyio/streams";
import type { TLSSocket } from "node:tls";
import { beginHandshake, reasonOf } from "./handshake.js";
import { GOODBYE_TIMEOUT, raggedEnd } from "./ragged-end.js";
import { ENDED } from "./take-socket.js";
import type { TLSPlan } from "./tls-options.js";
import { Unread } from "../unread.js";
import { Wire } from "./wire.js";

/**
 * The plain side of TLS over any stream of bytes.
 *
 * 1. Whoever waits for plain bytes receives from the stream, in its own scope, and pushes what comes into Node's TLS, which works
 *    it up at once. One at a time does that; what came of it stays for whoever comes next.
 * 2. So a goodbye is seen as what it is: Node's TLS ends before the stream under it was at its end. Node's own "end" is the same
 *    for both, and so is everything else that it tells of a socket that it reads by itself.
 * 3. A goodbye may be told of late: Node tells of an end a little after the bytes before it, but within the same turn of the event
 *    loop. So where the stream under it ends, two turns pass before that is taken for an end without one.
 */
export class TLSOverStream extends ByteStream {
  readonly #stream: ByteStream;
  readonly #wire: Wire;
  readonly #isStrict: boolean;
  #socket: TLSSocket | null = null;
  #abort: () => void;
  readonly #unread = new Unread();
  #end: "goodbye" | "ragged" | null = null;
  #isAtEnd = false;
  /** Why nothing can be received any more. */
  #failure: BrokenResourceError | null = null;
  /** Why nothing can be sent any more. */
  #sendFailure: BrokenResourceError | null = null;
  #isReceiving = false;
  /** The receive from the stream under this one that is going on. */
  #pulling: { readonly scope: CancelScope; readonly ended: Promise<void> } | null = null;
  #sender: Suspension<void> | null = null;
  /** How many sends were not through yet. */
  #outstanding = 0;
  #hasSentEof = false;
  #isClosed = false;
  readonly #grace = new CancelScope({ name: "close()" });
  #closing: Promise<void> | null = null;

  /** Shakes hands, and closes `stream` where that fails. */
  static async open(stream: ByteStream, plan: TLSPlan): Promise<{ plain: ByteStream; socket: TLSSocket }> {
    try {
      await checkpointIfCancelled();
      const plain = new TLSOverStream(stream, plan);
      return { plain, socket: await plain.#shakeHands() };
    } catch (error) {
      await forceClose(stream);
      throw error;
    }
  }

  private constructor(stream: ByteStream, plan: TLSPlan) {
    super();
    this.#stream = stream;
    this.#isStrict = plan.standardCompatible;
    this.#wire = new Wire(stream, this.#onSendFailure);
    this.#abort = beginHandshake(this.#wire, plan, {
      onSecure: (socket) => this.#start(socket),
      onFailure: (error) => this.#fail(error),
    });
  }

  override receive(maxBytes = DEFAULT_MAX_BYTES): Promise<Uint8Array> {
    if (!Number.isSafeInteger(maxBytes) || maxBytes < 1) {
      return Promise.reject(new RangeError(`maxBytes must be a positive integer, not ${String(maxBytes)}`));
    }
    if (!this.#unread.isEmpty && !this.#isReceiving && !this.#isClosed) {
      return immediate(() => this.#unread.take(maxBytes));
    }
    return quietly(this.#receive(maxBytes));
  }

  override send(bytes: Uint8Array): Promise<void> {
    if (!(bytes instanceof Uint8Array)) {
      return Promise.reject(new TypeError(`bytes must be a Uint8Array, not ${typeof bytes}`));
    }
    return suspendForeign("TLS to send bytes", (waiter) => {
      if (this.#hasSentEof && !this.#isClosed)
        throw new ClosedResourceError("the end has been sent; send before sendEof()");
      const socket = this.#sendable();
      if (bytes.length === 0) {
        waiter.resume();
        return undefined;
      }
      this.#sender = waiter;
      this.#outstanding++;
      // What is not encrypted at once is kept, by whoever waits no more perhaps.
      socket.write(socket.writableLength > 0 ? bytes.slice() : bytes, this.#onSent);
      return this.#withdraw;
    });
  }

  override sendEof(): Promise<void> {
    return suspendForeign("TLS to say goodbye", (waiter) => {
      if (this.#hasSentEof && !this.#isClosed) {
        waiter.resume();
        return undefined;
      }
      const socket = this.#sendable();
      this.#sender = waiter;
      this.#sayGoodbye(socket, () => this.#resumeSender());
      return this.#withdraw;
    });
  }

  override close(): Promise<void> {
    if (this.#closing === null) {
      this.#beginToClose();
      this.#closing = this.#close();
      return this.#closing;
    }
    return this.#joinClosing(this.#closing);
  }

  async #shakeHands(): Promise<TLSSocket> {
    try {
      await untilStarted();
      while (this.#socket === null) {
        if (this.#failure !== null) throw this.#failure;
        if (this.#isAtEnd) await this.#endHandshake();
        else await this.#pull();
      }
      return this.#socket;
    } catch (error) {
      this.#isClosed = true;
      this.#abort();
      throw error;
    }
  }

  /** The stream has ended too soon: Node says so, in its own words. */
  async #endHandshake(): Promise<void> {
    this.#wire.push(null);
    await this.#turn();
    this.#fail(new BrokenResourceError(ENDED));
  }

  #start(socket: TLSSocket): void {
    this.#socket = socket;
    this.#abort = () => void socket.destroy();
    socket.on("data", this.#onData);
    socket.on("end", this.#onEnd);
    socket.on("error", this.#onError);
    socket.on("close", this.#onClose);
    this.#pulling?.scope.cancel();
  }

  async #receive(maxBytes: number): Promise<Uint8Array> {
    await checkpointIfCancelled();
    if (this.#isClosed) throw closed();
    if (this.#isReceiving) throw new BusyResourceError();
    this.#isReceiving = true;
    try {
      for (;;) {
        if (this.#isClosed) throw closed();
        if (!this.#unread.isEmpty) return this.#unread.take(maxBytes);
        if (this.#end !== null) throw this.#endError();
        if (this.#failure !== null) throw this.#failure;
        await this.#pull();
      }
    } finally {
      this.#isReceiving = false;
    }
  }

  #endError(): Error {
    if (this.#end === "goodbye" || !this.#isStrict) return new EndOfStreamError();
    return raggedEnd();
  }

  /** Receives from the stream, once. It ends early when Node's TLS has something to tell. */
  #pull(): Promise<void> {
    const scope = new CancelScope({ name: "receive()" });
    const ended = this.#pullIn(scope);
    this.#pulling = { scope, ended: ended.catch(ignore) };
    return ended;
  }

  async #pullIn(scope: CancelScope): Promise<void> {
    try {
      if (this.#isAtEnd) {
        await this.#turn();
        this.#end ??= "ragged";
        return;
      }
      const bytes = await scope.run(() => this.#stream.receive(CHUNK));
      if (bytes !== undefined) this.#wire.push(bytes);
    } catch (error) {
      if (isCancelled(error)) throw error;
      if (error instanceof EndOfStreamError) this.#isAtEnd = true;
      else if (error instanceof BrokenResourceError) this.#fail(error);
      else throw error;
    } finally {
      this.#pulling = null;
    }
  }

  /** Node tells of an end later than of what came before it, but in the same turn. */
  #turn(): Promise<void> {
    return suspendForeign<void>("TLS to end", (waiter) => {
      const immediates = [setImmediate(() => (immediates[0] = setImmediate(() => waiter.resume())))];
      return () => clearImmediate(immediates[0]);
    });
  }

  readonly #onData = (chunk: Uint8Array): void => {
    if (this.#isClosed || chunk.length === 0) return;
    this.#unread.append(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    this.#pulling?.scope.cancel();
  };

  readonly #onEnd = (): void => {
    this.#end ??= "goodbye";
    if ("Bun" in globalThis)
      this.#failSending(new BrokenResourceError("the other side has ended, and Bun has with it"));
    this.#pulling?.scope.cancel();
  };

  readonly #onError = (error: Error): void => {
    this.#fail(new BrokenResourceError(`TLS has failed: ${reasonOf(error)}; open a new connection`, { cause: error }));
  };

  readonly #onClose = (): void => {
    if (this.#end === null) this.#fail(new BrokenResourceError("TLS has ended"));
    if (!this.#hasSentEof) this.#failSending(new BrokenResourceError("TLS has ended; nothing can be sent any more"));
  };

  readonly #onSendFailure = (error: unknown): void => {
    const message = "what was sent did not get through to the other side; open a new connection";
    this.#failSending(new BrokenResourceError(message, { cause: error }));
  };

  #fail(failure: BrokenResourceError): void {
    this.#failure ??= failure;
    this.#failSending(failure);
    this.#pulling?.scope.cancel();
  }

  #failSending(failure: BrokenResourceError): void {
    this.#sendFailure ??= failure;
    const sender = this.#sender;
    this.#sender = null;
    sender?.throw(this.#sendFailure);
  }

  #sendable(): TLSSocket {
    if (this.#isClosed || this.#socket === null) throw closed();
    if (this.#sender !== null) throw new BusyResourceError();
    if (this.#sendFailure !== null) throw this.#sendFailure;
    if (!this.#socket.writable) throw new BrokenResourceError("TLS has ended; nothing can be sent any more");
    return this.#socket;
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

  #resumeSender(): void {
    const sender = this.#sender;
    this.#sender = null;
    sender?.resume();
  }

  /**
   * Calls back once everything that was sent is through, and the goodbye is on its way, but not until it is taken: nobody may
   * be receiving yet. Deno tells that it has ended before it writes it, and Bun has said it already where the other side has.
   */
  #sayGoodbye(socket: TLSSocket, onSaid: () => void): void {
    this.#hasSentEof = true;
    const end = (): void => {
      let isSaid = false;
      const said = (): void => {
        if (!isSaid) onSaid();
        isSaid = true;
      };
      this.#wire.whenWritten(said);
      socket.end(() => setImmediate(() => setImmediate(said)));
    };
    if (this.#outstanding > 0) socket.write(NOTHING, end);
    else end();
  }

  #beginToClose(): void {
    this.#isClosed = true;
    this.#unread.clear();
    this.#pulling?.scope.cancel();
    const sender = this.#sender;
    this.#sender = null;
    sender?.throw(closed());
  }

  async #close(): Promise<void> {
    let isGraceful = currentEffectiveDeadline() !== -Infinity;
    try {
      await this.#grace.run(() => this.#closeGracefully());
      isGraceful = !this.#grace.cancelCalled;
    } catch (error) {
      if (!isCancelled(error)) throw error;
      isGraceful = false;
    } finally {
      this.#wire.cut();
      this.#abort();
      await (isGraceful ? this.#stream.close() : forceClose(this.#stream));
    }
  }

  /** Whoever closes once more waits too, and its cancellation ends the graceful steps for all. */
  async #joinClosing(closing: Promise<void>): Promise<void> {
    try {
      await suspendForeign<void>("a TLS stream to close", (waiter) => {
        closing.then(
          () => waiter.resume(),
          () => waiter.resume(),
        );
      });
    } catch (error) {
      if (!isCancelled(error)) throw error;
      this.#grace.cancel();
      await suspendShielded<void>("a TLS stream to close", (waiter) => {
        closing.then(
          () => waiter.resume(),
          () => waiter.resume(),
        );
      });
    }
  }

  async #closeGracefully(): Promise<void> {
    const socket = this.#socket;
    if (socket === null) return;
    await this.#flush(socket);
    await moveOnAfter(GOODBYE_TIMEOUT, async () => {
      await this.#goodbye(socket);
      if (this.#isStrict) await this.#awaitGoodbye();
      await suspendForeign<void>("the goodbye to go", (waiter) => this.#wire.whenIdle(() => void waiter.resume()));
    });
    // Nobody takes it, and closing in an orderly way would wait for that.
    if (!this.#wire.isIdle) this.#grace.cancel();
  }

  /** Waits until what cancelled sends have left is on its way. */
  #flush(socket: TLSSocket): Promise<void> {
    return suspendForeign<void>("what was sent to be on its way", (waiter) => {
      if (this.#outstanding === 0 || this.#sendFailure !== null) waiter.resume();
      else socket.write(NOTHING, () => void waiter.resume());
    });
  }

  #goodbye(socket: TLSSocket): Promise<void> {
    return suspendForeign<void>("TLS to say goodbye", (waiter) => {
      if (this.#sendFailure !== null || this.#hasSentEof || !socket.writable) waiter.resume();
      else this.#sayGoodbye(socket, () => void waiter.resume());
    });
  }

  async #awaitGoodbye(): Promise<void> {
    // A receive that has been failed may be on its way out.
    await this.#pulling?.ended;
    try {
      while (this.#end === null && this.#failure === null) await this.#pull();
    } catch (error) {
      // The stream under this one is closed, or somebody else receives from it: no goodbye will come this way.
      if (isCancelled(error)) throw error;
    }
  }
}

const DEFAULT_MAX_BYTES = 65_536;
const CHUNK = 65_536;
const NOTHING = new Uint8Array(0);

function closed(): ClosedResourceError {
  return new ClosedResourceError("the stream is closed; open a new connection");
}

/** Deno begins a turn later, and fails, uncaught, where the socket is destroyed by then. */
function untilStarted(): Promise<void> {
  if (!("Deno" in globalThis)) return Promise.resolve();
  return suspendShielded<void>("TLS to begin", (waiter) => void setImmediate(() => waiter.resume()));
}

function ignore(): void {}
