import {
  BusyResourceError,
  ClosedResourceError,
  currentEffectiveDeadline,
  EndOfStreamError,
  type ExtraAttributes,
} from "@anyio/core";
import {
  immediate,
  noteClosed,
  noteOpened,
  suspendForeign,
  suspendShielded,
  type Suspension,
  WaitQueue,
} from "@anyio/core/lowlevel";
import { ByteStream } from "@anyio/streams";
import { Socket } from "node:net";
import { Unread } from "./internal/unread.js";
import { type Addresses, addressesOf, attributesOf, describe } from "./internal/addresses.js";
import { brokenBy, destroyed } from "./internal/socket-errors.js";

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
  #addresses: Addresses | undefined;
  readonly #unread = new Unread();
  readonly #receivers = new WaitQueue<Uint8Array, number>({ isForeign: true });
  #isPaused = false;
  #hasEnded = false;
  #sender: Suspension<void> | null = null;
  #hasSentEof = false;
  /** Whether bytes of a send that was cancelled are still on their way, of which nobody would be told that they are lost. */
  #isOwing = false;
  /** Whether this side has been closed, or is being closed. */
  #isClosed = false;
  /** The first error of the socket's. */
  #error: unknown = null;
  #isGone: boolean;
  #closers: Suspension<void>[] | null = null;

  /**
   * Makes a stream of a socket of Node's, which from then on is the stream's: call it at once when there is a socket, before it has
   * lost anything. Half-open connections are allowed, and `TCP_NODELAY` is on.
   *
   * @throws {TypeError} when `socket` is none, or has an encoding
   * @example
   * import { connect, createServer } from "node:net";
   *
   * const server = createServer((peer) => peer.end("hello")).listen(0, "127.0.0.1");
   * const { port } = await new Promise<AddressInfo>((resolve) =>
   *   server.on("listening", () => resolve(server.address() as AddressInfo)));
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
    return new SocketStream(socket);
  }

  /** @internal */
  constructor(socket: Socket, addresses?: Addresses) {
    super();
    this.#socket = socket;
    // They are asked for now: of a connection that is gone nobody could tell, and then people want to know.
    this.#addresses = addresses ?? addressesOf(socket);
    this.#isGone = socket.closed;
    this.#hasEnded = socket.readableEnded;
    socket.allowHalfOpen = true;
    socket.setNoDelay(true);
    socket.on("error", this.#onError);
    socket.on("close", this.#onClose);
    socket.on("end", this.#onEnd);
    socket.on("data", this.#onData);
    // One that was paused stays so.
    socket.resume();
    if (!this.#isGone) noteOpened(this, describe(this.#addresses));
  }

  /** Family, addresses and ports, and the socket: see {@link SocketAttribute}. */
  override get extraAttributes(): ExtraAttributes {
    this.#addresses ??= addressesOf(this.#socket);
    return attributesOf(this.#addresses, this.#socket);
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
    if (this.#mayWaitForBytes()) return this.#receivers.wait("bytes from a socket", maxBytes);
    return immediate(() => this.#take(maxBytes));
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
    return suspendForeign("a socket to take bytes", (waiter) => {
      this.#checkSending();
      if (this.#hasSentEof) throw new ClosedResourceError("the end has been sent; send before sendEof()");
      if (bytes.length > 0) this.#socket.write(bytes, this.#onWritten);
      return this.#awaitSent(waiter);
    });
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
      this.#socket.end(this.#onFinish);
      this.#sender = waiter;
      return this.#withdraw;
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
    if (!this.#isClosed) this.#beginToClose();
    if (this.#isGone) return this.#isOwing ? Promise.reject(this.#failure()) : Promise.resolve();
    if (currentEffectiveDeadline() === -Infinity) {
      this.#abandon();
      return suspendShielded<void>("a socket to close", (waiter) => void (this.#closers ??= []).push(waiter));
    }
    return suspendForeign<void>("a socket to close", (waiter) => {
      (this.#closers ??= []).push(waiter);
      return this.#abandon;
    });
  }

  #mayWaitForBytes(): boolean {
    return (
      this.#unread.isEmpty &&
      this.#receivers.size === 0 &&
      !this.#hasEnded &&
      !this.#isClosed &&
      this.#error === null &&
      !this.#isGone
    );
  }

  #take(maxBytes: number): Uint8Array {
    if (this.#isClosed) throw closed();
    if (this.#receivers.size > 0) throw new BusyResourceError();
    if (this.#unread.isEmpty) throw this.#hasEnded ? new EndOfStreamError() : this.#failure();
    const bytes = this.#unread.take(maxBytes);
    if (this.#isPaused && this.#unread.isEmpty) {
      this.#isPaused = false;
      this.#socket.resume();
    }
    return bytes;
  }

  #checkSending(): void {
    if (this.#isClosed) throw closed();
    if (this.#sender !== null) throw new BusyResourceError();
    if (this.#error !== null || this.#isGone || this.#socket.destroyed) throw this.#failure();
  }

  #awaitSent(waiter: Suspension<void>): (() => void) | undefined {
    const socket = this.#socket;
    if (socket.writableLength > 0) {
      this.#sender = waiter;
      return this.#withdraw;
    }
    const error = socket.errored;
    if (error !== null && error !== undefined) throw brokenBy(error);
    waiter.resume();
    return undefined;
  }

  #failure(): unknown {
    this.#isOwing = false;
    const error = this.#error ?? this.#socket.errored ?? null;
    return error === null ? destroyed() : brokenBy(error);
  }

  readonly #onData = (chunk: Uint8Array): void => {
    if (this.#isClosed) return;
    const bytes = new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const maxBytes = this.#receivers.peek();
    if (maxBytes !== undefined && bytes.length <= maxBytes) {
      this.#receivers.wake(bytes);
      return;
    }
    this.#unread.append(bytes);
    if (maxBytes !== undefined) this.#receivers.wake(this.#unread.take(maxBytes));
    if (this.#unread.isFull && !this.#isPaused) {
      this.#isPaused = true;
      this.#socket.pause();
    }
  };

  readonly #onEnd = (): void => {
    if (!isRealEnd(this.#socket)) return;
    this.#hasEnded = true;
    if (this.#receivers.size > 0) this.#receivers.fail(new EndOfStreamError());
  };

  readonly #onWritten = (): void => {
    if (this.#socket.destroyed || this.#socket.writableLength > 0) return;
    this.#isOwing = false;
    if (!this.#hasSentEof) this.#resumeSender();
  };

  readonly #onFinish = (): void => {
    if (this.#socket.destroyed && !this.#socket.writableFinished) return;
    this.#isOwing = false;
    this.#resumeSender();
    if (this.#isClosed) this.#socket.destroy();
  };

  readonly #withdraw = (): void => {
    this.#sender = null;
    this.#isOwing = true;
  };

  #resumeSender(): void {
    const sender = this.#sender;
    this.#sender = null;
    sender?.resume();
  }

  readonly #onError = (error: unknown): void => {
    this.#error ??= error;
    this.#break();
  };

  readonly #onClose = (): void => {
    this.#isGone = true;
    this.#break();
    noteClosed(this);
    const closers = this.#closers ?? [];
    this.#closers = null;
    for (const closer of closers) {
      if (this.#isOwing) closer.throw(this.#failure());
      else closer.resume();
    }
  };

  /** Tells whoever waits that there is nothing to wait for any more. */
  #break(): void {
    if (this.#receivers.size > 0) this.#receivers.fail(this.#failure());
    const sender = this.#sender;
    this.#sender = null;
    sender?.throw(this.#failure());
  }

  #beginToClose(): void {
    this.#isClosed = true;
    this.#unread.clear();
    if (this.#receivers.size > 0) this.#receivers.fail(closed());
    const sender = this.#sender;
    this.#sender = null;
    sender?.throw(closed());
    const socket = this.#socket;
    // A side that waits for us to receive would never get to take what we have sent.
    socket.resume();
    if (socket.writableFinished) socket.destroy();
    else if (!socket.destroyed) socket.end(this.#onFinish);
  }

  readonly #abandon = (): boolean => {
    this.#isOwing = false;
    this.#socket.destroy();
    return false;
  };
}

const DEFAULT_MAX_BYTES = 65_536;

function closed(): ClosedResourceError {
  return new ClosedResourceError("the stream is closed; open a new connection");
}

/** Whether an "end" event is about the end of what there was to read. A socket of Bun's emits one too where it is destroyed. */
function isRealEnd(socket: Socket): boolean {
  return !socket.destroyed || !("Bun" in globalThis);
}
