import { type ExtraAttributes, forceClose, type TypedAttribute } from "@anyio/core";
import { bindScope, immediate, noteClosed, noteOpened, WaitQueue } from "@anyio/core/lowlevel";
import { Listener, type ServeOptions } from "@anyio/streams";
import { isIPv6, Server, type Socket } from "node:net";
import type { Paths } from "./internal/addresses.js";
import { Backlog } from "./internal/backlog.js";
import { handOver } from "./internal/fresh-socket.js";
import { hostPort } from "./internal/host-port.js";
import { DEFAULT_BACKLOG } from "./internal/check-backlog.js";
import { serveOne } from "./internal/serve-one.js";
import { closed, Serving } from "./internal/serving.js";
import { type SocketAddress, SocketAttribute } from "./socket-attribute.js";
import { SocketStream } from "./socket-stream.js";

/**
 * Listens for connections over TCP or a Unix socket.
 *
 * Node takes connections from the system as they come. Those that nobody has accepted wait here, in order; beyond the backlog they are reset.
 *
 * @see anyio.abc.SocketListener
 */
export class SocketListener extends Listener<SocketStream> {
  readonly #server: Server;
  readonly #address: SocketAddress;
  readonly #paths: Paths | null;
  readonly #serving = new Serving();
  /** Whether it was told that connections are lost, since the last one that was not. */
  #hasWarned = false;
  readonly #waiting: Backlog<SocketStream>;
  readonly #accepting = new WaitQueue<SocketStream>({ isForeign: true });

  /**
   * Makes a listener of a server of Node's that listens, and from then on is the listener's: call it at once, for connections that came
   * before are not seen. Half-open connections are allowed.
   *
   * @throws {TypeError} when `server` is no `net.Server`, or does not listen
   */
  static fromServer(server: Server): SocketListener {
    if (!(server instanceof Server)) throw new TypeError(`server must be a net.Server, not ${typeof server}`);
    if (!server.listening) throw new TypeError("server must be listening; call this when it does");
    return new SocketListener(server, DEFAULT_BACKLOG);
  }

  /** @internal */
  constructor(server: Server, backlog: number) {
    super();
    this.#server = server;
    this.#waiting = new Backlog(backlog);
    const address = (this.#address = addressOf(server));
    this.#paths = typeof address === "string" ? { local: address, remote: "" } : null;
    server.on(
      "connection",
      bindScope((socket: Socket) => handOver(this.#arrive, new SocketStream(socket, this.#paths))),
    );
    server.on("error", this.#onError);
    noteOpened(this, describe(this.#address));
  }

  /** Family, address and port, and the server: see {@link SocketAttribute}. */
  override get extraAttributes(): ExtraAttributes {
    const address = this.#address;
    const attributes = new Map<TypedAttribute<unknown>, () => unknown>([
      [SocketAttribute.family, () => familyOf(address)],
      [SocketAttribute.localAddress, () => address],
      [SocketAttribute.rawSocket, () => this.#server],
    ]);
    if (typeof address !== "string") attributes.set(SocketAttribute.localPort, () => address[1]);
    return attributes;
  }

  /**
   * Waits for a connection. First come, first served.
   *
   * **Cancellation:** loses no connection.
   *
   * @returns the connection, which the caller closes
   * @throws {ClosedResourceError} when the listener was closed, before or meanwhile
   */
  accept(): Promise<SocketStream> {
    if (this.#waiting.length === 0 && !this.#serving.isClosed) return this.#accepting.wait("a connection");
    return immediate(() => {
      if (this.#serving.isClosed) throw closed();
      return this.#waiting.shift();
    });
  }

  /**
   * Accepts connections, and calls `handler` with each in a task of its own, until it is cancelled or the listener is closed. The stream is
   * closed when its handler ends; then it is given 10 s to take what is still to be sent.
   *
   * **Cancellation:** cancels and joins the handlers that are not in a group of yours. The listener goes on to listen: it can be served again.
   *
   * @throws {ClosedResourceError} when the listener was closed, before or meanwhile
   * @throws {BusyResourceError} when it is being served already
   * @throws {TypeError} when `handler` is no function
   * @throws the error of a handler where there is no `onError`, and what `onError` throws; what `taskGroup` throws where it starts nothing
   */
  override serve(handler: (stream: SocketStream) => unknown, options: ServeOptions<SocketStream> = {}): Promise<never> {
    const { taskGroup, status, onError } = options;
    return this.#serving.run(handler, async (tg) => {
      status?.started(this);
      for (;;) {
        const stream = await this.accept();
        try {
          (taskGroup ?? tg).startSoon(() => serveOne(stream, handler, onError));
        } catch (error) {
          // The group has ended, so nobody else would close it.
          await forceClose(stream);
          throw error;
        }
      }
    });
  }

  /**
   * Stops listening, closes the connections that nobody has accepted, and ends `serve`: its own handlers are cancelled and joined.
   *
   * **Cancellation:** closing always closes; then the handlers are not joined.
   */
  override close(): Promise<void> {
    if (!this.#serving.isClosed) {
      this.#server.close();
      noteClosed(this);
    }
    const ended = this.#serving.close();
    while (this.#accepting.size > 0) this.#accepting.fail(closed());
    while (this.#waiting.length > 0) this.#refuse(this.#waiting.shift());
    return ended;
  }

  readonly #arrive = (stream: SocketStream): void => {
    this.#hasWarned = false;
    if (this.#accepting.wake(stream)) return;
    if (this.#waiting.length < this.#waiting.max && !this.#serving.isClosed) this.#waiting.push(stream);
    else this.#refuse(stream);
  };

  /** An orderly end would look as if there had been an answer. Unix sockets know no other. */
  #refuse(stream: SocketStream): void {
    const socket = stream.extra(SocketAttribute.rawSocket) as Socket;
    noteClosed(stream);
    if (this.#paths === null) socket.resetAndDestroy();
    else socket.destroy();
  }

  // Node has no descriptor left for a connection, say. It goes on to listen, and so do we.
  readonly #onError = (error: Error): void => {
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    process.emitWarning(`${describe(this.#address)} loses connections: ${error.message}`, { code: "ANYIO_ACCEPT" });
  };
}

function addressOf(server: Server): SocketAddress {
  const address = server.address();
  if (address === null || typeof address === "string") return address ?? "";
  return [address.address, address.port];
}

function familyOf(address: SocketAddress): "unix" | "ipv4" | "ipv6" {
  if (typeof address === "string") return "unix";
  return isIPv6(address[0]) ? "ipv6" : "ipv4";
}

function describe(address: SocketAddress): string {
  if (typeof address === "string") return `a listener on the Unix socket ${address}`;
  return `a TCP listener on ${hostPort(...address)}`;
}
