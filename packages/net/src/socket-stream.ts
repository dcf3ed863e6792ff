import {
  BusyResourceError,
  ClosedResourceError,
  currentEffectiveDeadline,
  type ExtraAttributes,
  InvalidStateError,
} from "@anyio/core";
import {
  immediate,
  noteClosed,
  noteOpened,
  suspendForeign,
  suspendShielded,
  type Suspension,
} from "@anyio/core/lowlevel";
import { ByteStream } from "@anyio/streams";
import { Socket } from "node:net";
import { attributesOf, describe, type Paths } from "./internal/addresses.js";
import { brokenBy, destroyed } from "./internal/socket-errors.js";
import { SocketIterator } from "./internal/socket-iterator.js";
import { type MakeError, SocketReader } from "./internal/socket-reader.js";

/**
 * A connection over TCP or a Unix socket.
 *
 * What comes in is read ahead, up to some 64 KiB; then the socket is not read any more, so that a side that stops receiving
 * stops the one that sends.
 *
 * @see anyio.abc.SocketStream
 */
export class SocketStream extends ByteStream {
  readonly #socket: Socket;
  readonly #reader: SocketReader;
  /** Of a Unix socket, the paths of both ends: the system does not tell. */
  readonly #paths: Paths | null;
  /** Who waits until all that was sent is taken, or its end is. */
  #sender: Suspension<void> | null = null;
  #hasSentEof = false;
  /** Whether bytes of a send that was cancelled are on their way: nobody else would be told that they are lost. */
  #isOwing = false;
  /** Whether this side has been closed, or is being closed. */
  #isClosed = false;
  #isGone: boolean;
  /** The first error of the socket's. */
  #error: unknown = null;
  #closers: Suspension<void>[] | null = null;

  /**
   * Makes a stream of a socket of Node's, which from then on is the stream's: call it at once when there is a socket, before it has
   * lost anything. Half-open connections are allowed, and `TCP_NODELAY` is on.
   *
   * @throws {TypeError} when `socket` is none, or has an encoding
   * @throws {InvalidStateError} when there is a stream of it already
   * @example
   * import { type AddressInfo, connect, createServer } from "node:net";
   *
   * const server = createServer((peer) => peer.end("hello")).listen(0, "127.0.0.1");
   * await once(server, "listening");
   * const { port } = server.address() as AddressInfo;
   * const stream = SocketStream.fromSocket(connect(port, "127.0.0.1"));
   * const bytes = await stream.receive();
   * await stream.close();
   * server.close();
   * new TextDecoder().decode(bytes); // => "hello"
   */
  static fromSocket(socket: Socket): SocketStream {
    if (!(socket instanceof Socket)) throw new TypeError(`socket must be a net.Socket, not ${typeof socket}`);
    if (socket.readableEncoding !== null) {
      throw new TypeError(`socket has the encoding "${socket.readableEncoding}"; leave it out`);
    }
    if (STREAM in socket) throw new InvalidStateError("there is a stream of this socket already; use that");
    return new SocketStream(socket);
  }

  /** @internal */
  constructor(socket: Socket, paths: Paths | null = null) {
    super();
    this.#socket = socket;
    this.#reader = new SocketReader(socket);
    this.#paths = paths;
    this.#isGone = socket.closed;
    (socket as Held)[STREAM] = this;
    socket.allowHalfOpen = true;
    socket.setNoDelay(true);
    for (const [name, listener] of SocketStream.#listeners) socket.on(name, listener);
    // One that was paused stays so.
    socket.resume();
    if (socket.readableEnded && isRealEnd(socket)) this.#reader.end();
    else if (this.#isGone) this.#break();
    if (!this.#isGone) noteOpened(this, describe(socket, paths));
  }

  /** Family, addresses and ports, and the socket: see {@link SocketAttribute}. Once it is closed, this side's address is not known. */
  override get extraAttributes(): ExtraAttributes {
    return attributesOf(this.#socket, this.#paths);
  }

  /**
   * Waits for bytes and takes as many as there are: one at least, `maxBytes` at most.
   *
   * **Cancellation:** loses no byte.
   *
   * @param maxBytes 65,536 unless told
   * @throws {EndOfStreamError} when the other side has ended and everything was received
   * @throws {ClosedResourceError} when this side was closed, before or meanwhile
   * @throws {BrokenResourceError} when the connection is broken; its cause is the system's error
   * @throws {BusyResourceError} when another `receive` is waiting
   * @throws {RangeError} when `maxBytes` is not a positive integer
   */
  override receive(maxBytes = DEFAULT_MAX_BYTES): Promise<Uint8Array> {
    if (!Number.isSafeInteger(maxBytes) || maxBytes < 1) {
      return Promise.reject(new RangeError(`maxBytes must be a positive integer, not ${String(maxBytes)}`));
    }
    return this.#reader.receive(maxBytes);
  }

  override [Symbol.asyncIterator](): AsyncIterableIterator<Uint8Array, undefined> {
    return new SocketIterator(this.#reader, DEFAULT_MAX_BYTES);
  }

  /**
   * Sends all of `bytes`, and waits until the system has taken them.
   *
   * **Cancellation:** of one that waits, the bytes are sent all the same, in order; only the waiting ends. They must not be changed
   * before a later `send` has resolved.
   *
   * @throws {ClosedResourceError} when this side was closed, before or meanwhile, or has sent its end
   * @throws {BrokenResourceError} when the connection is broken; its cause is the system's error
   * @throws {BusyResourceError} when another `send` is waiting
   */
  override send(bytes: Uint8Array): Promise<void> {
    if (!(bytes instanceof Uint8Array)) {
      return Promise.reject(new TypeError(`bytes must be a Uint8Array, not ${typeof bytes}`));
    }
    let isTaken = true;
    const sent = immediate(() => {
      isTaken = this.#write(bytes);
    });
    return isTaken ? sent : this.#drain();
  }

  /**
   * Tells the other side that nothing more will be sent, once all that was sent is on its way; receiving goes on.
   *
   * **Cancellation:** in a cancelled scope it rejects, and nothing happens. Once begun, only the waiting ends.
   *
   * @throws {ClosedResourceError} when this side was closed, before or meanwhile
   * @throws {BrokenResourceError} when the connection is broken; its cause is the system's error
   * @throws {BusyResourceError} when a `send` is waiting
   */
  override sendEof(): Promise<void> {
    return suspendForeign("a socket to take its end", (waiter) => {
      if (this.#hasSentEof && this.#socket.writableFinished && !this.#isClosed) {
        waiter.resume();
        return undefined;
      }
      this.#checkSending();
      this.#hasSentEof = true;
      this.#sender = waiter;
      this.#socket.end();
      return () => this.#withdraw();
    });
  }

  /**
   * Closes the connection, once what was sent is on its way; what comes in meanwhile is dropped. Whoever waits in it gets a
   * `ClosedResourceError`. A side that does not receive keeps it waiting: bound it with `moveOnAfter`.
   *
   * **Cancellation:** closing always closes, and what was not sent yet is dropped.
   *
   * @throws {BrokenResourceError} when something that was sent is lost, and nobody was told
   */
  override close(): Promise<void> {
    const isCancelled = currentEffectiveDeadline() === -Infinity;
    if (!this.#isClosed) this.#beginToClose();
    if (this.#isGone) return this.#isOwing && !isCancelled ? Promise.reject(this.#failure()) : Promise.resolve();
    if (isCancelled) {
      this.#abandon();
      return suspendShielded<void>("a socket to close", (waiter) => this.#await(waiter));
    }
    this.#part();
    return suspendForeign<void>("a socket to close", (waiter) => {
      this.#await(waiter);
      return () => this.#abandon();
    });
  }

  /** @internal Why nothing more comes in where the other side has ended: undefined where it just has. */
  protected get ending(): MakeError | undefined {
    return undefined;
  }

  /** @internal All that was sent is on its way, and its end too. */
  protected leave(socket: Socket): void {
    socket.destroy();
  }

  #checkSending(): void {
    if (this.#isClosed) throw closed();
    if (this.#sender !== null) throw new BusyResourceError();
    if (this.#error !== null || this.#isGone || this.#socket.destroyed) throw this.#failure();
  }

  /** Tells whether the system has taken all of it at once, as it does mostly. */
  #write(bytes: Uint8Array): boolean {
    if (this.#hasSentEof) throw new ClosedResourceError("the end has been sent; send before sendEof()");
    this.#checkSending();
    const socket = this.#socket;
    if (bytes.length > 0) socket.write(bytes);
    if (socket.writableLength > 0) return false;
    if (socket.errored) throw brokenBy(socket.errored);
    return true;
  }

  // A callback for each write would cost a tick. There is a "drain" event only where more is left than the high-water mark.
  #drain(): Promise<void> {
    return suspendForeign<void>("a socket to take bytes", (waiter) => {
      this.#sender = waiter;
      if (!this.#socket.writableNeedDrain) this.#socket.write(NOTHING, () => this.#drained());
      return () => this.#withdraw();
    });
  }

  #withdraw(): void {
    this.#sender = null;
    this.#isOwing = true;
  }

  #failure(): unknown {
    this.#isOwing = false;
    const error = this.#error ?? this.#socket.errored ?? null;
    return error === null ? destroyed() : brokenBy(error);
  }

  #drained(): void {
    if (this.#socket.destroyed || this.#socket.writableLength > 0) return;
    this.#isOwing = false;
    if (!this.#hasSentEof) this.#releaseSender()?.resume();
  }

  #finished(): void {
    this.#isOwing = false;
    this.#releaseSender()?.resume();
    if (this.#isClosed) this.leave(this.#socket);
  }

  #releaseSender(): Suspension<void> | null {
    const sender = this.#sender;
    this.#sender = null;
    return sender;
  }

  /** Tells whoever waits that there is nothing to wait for any more. */
  #break(): void {
    this.#reader.end(() => this.#failure());
    this.#releaseSender()?.throw(this.#failure());
  }

  #beginToClose(): void {
    this.#isClosed = true;
    this.#reader.close(closed);
    if (this.#sender !== null) this.#isOwing = true;
    this.#releaseSender()?.throw(closed());
  }

  /** Sends the end after what is still on its way; then the socket is destroyed. */
  #part(): void {
    const socket = this.#socket;
    // A side that waits for us to receive would never get to take what we have sent.
    socket.resume();
    if (socket.writableFinished) this.leave(socket);
    else if (!socket.writableEnded && !socket.destroyed) socket.end();
  }

  /** A TLS socket is gone within the call that destroys it, where the socket under it was destroyed before. */
  #await(closer: Suspension<void>): void {
    if (this.#isGone) this.#tell(closer);
    else (this.#closers ??= []).push(closer);
  }

  #tell(closer: Suspension<void>): void {
    if (this.#isOwing) closer.throw(this.#failure());
    else closer.resume();
  }

  #abandon(): boolean {
    this.#isOwing = false;
    this.#socket.destroy();
    return false;
  }

  #gone(): void {
    this.#isGone = true;
    this.#break();
    noteClosed(this);
    const closers = this.#closers ?? [];
    this.#closers = null;
    for (const closer of closers) this.#tell(closer);
  }

  /** What all sockets have in common, so that it costs nothing to each: what a listener is called on leads to the stream. */
  static readonly #listeners = Object.entries({
    data(this: Socket, chunk: Uint8Array): void {
      streamOf(this).#reader.append(chunk);
    },
    end(this: Socket): void {
      const stream = streamOf(this);
      if (isRealEnd(this)) stream.#reader.end(stream.ending);
    },
    drain(this: Socket): void {
      streamOf(this).#drained();
    },
    finish(this: Socket): void {
      streamOf(this).#finished();
    },
    error(this: Socket, error: unknown): void {
      const stream = streamOf(this);
      stream.#error ??= error;
      stream.#break();
    },
    close(this: Socket): void {
      streamOf(this).#gone();
    },
  });
}

interface Held extends Socket {
  [STREAM]: SocketStream;
}

const STREAM = Symbol("the stream of a socket");

function streamOf(socket: Socket): SocketStream {
  return (socket as Held)[STREAM];
}

const NOTHING = new Uint8Array(0);
const DEFAULT_MAX_BYTES = 65_536;

function closed(): ClosedResourceError {
  return new ClosedResourceError("the stream is closed; open a new connection");
}

/** Whether an "end" event is about the end of what there was to read. A socket of Bun's emits one too where it is destroyed. */
function isRealEnd(socket: Socket): boolean {
  return !socket.destroyed || !("Bun" in globalThis);
}
