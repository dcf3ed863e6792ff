import { type RemoteInfo, Socket } from "node:dgram";
import { type ExtraAttributes, InvalidStateError } from "@anyio/core";
import { UnreliableObjectStream } from "@anyio/streams";
import { Datagrams, type UDPSocketStatistics } from "./internal/datagrams.js";
import { hostPort } from "./internal/host-port.js";
import { canonical, withoutZone } from "./internal/ip-address.js";
import { checkDatagram, type LocalAddress, localAddressOf, udpAttributesOf } from "./internal/udp-addresses.js";
import { checkMaxQueue, DEFAULT_MAX_QUEUE } from "./internal/udp-options.js";

/**
 * A UDP socket with one peer, which it sends to and receives from. {@link createConnectedUdpSocket} makes it.
 *
 * Datagrams may be lost, doubled or out of order on the way. What comes while nobody receives is kept, up to `maxQueue`; then the
 * oldest is dropped.
 *
 * When the network reports that nobody listens at the other side, one operation is told so, by a `BrokenResourceError`: the one that waits to
 * receive, or the next. The socket can be used on, for the peer may be back. (Deno does not hear of it.)
 *
 * @see anyio.abc.ConnectedUDPSocket
 */
export class ConnectedUDPSocket extends UnreliableObjectStream<Uint8Array> {
  readonly #socket: Socket;
  readonly #local: LocalAddress;
  readonly #remote: readonly [host: string, port: number];
  readonly #datagrams: Datagrams<Uint8Array>;

  /**
   * Makes a stream of a socket of Node's, which has to be connected, and from then on is the stream's: call it at once, for what came
   * before is lost.
   *
   * @param options `maxQueue`, as of {@link createConnectedUdpSocket}
   * @throws {TypeError} when `socket` is none
   * @throws {RangeError} when `maxQueue` is no positive integer
   * @throws {InvalidStateError} when `socket` is not connected, or is closed
   */
  static fromSocket(socket: Socket, options: { readonly maxQueue?: number } = {}): ConnectedUDPSocket {
    if (!(socket instanceof Socket)) throw new TypeError(`socket must be a dgram.Socket, not ${typeof socket}`);
    const { maxQueue = DEFAULT_MAX_QUEUE } = options;
    checkMaxQueue(maxQueue);
    return new ConnectedUDPSocket(socket, maxQueue);
  }

  /** @internal */
  constructor(socket: Socket, maxQueue: number) {
    super();
    const local = localAddressOf(socket);
    const remote = remoteAddressOf(socket);
    if (local === undefined || remote === undefined) {
      throw new InvalidStateError('the dgram.Socket is not connected; wait for its "connect" event');
    }
    this.#socket = socket;
    this.#local = local;
    this.#remote = remote;
    const [host, port] = remote;
    const peer = withoutZone(canonical(host));
    this.#datagrams = new Datagrams(socket, maxQueue, {
      name: `the UDP socket to ${hostPort(host, port)}`,
      isConnected: true,
      // Deno lets everybody's datagrams through, and every system those that came before it was connected.
      itemOf: (bytes: Uint8Array, from: RemoteInfo) =>
        from.port === port && withoutZone(from.address) === peer ? bytes : undefined,
    });
  }

  /** The family, both sides' addresses and ports, and the socket: see {@link SocketAttribute}. */
  override get extraAttributes(): ExtraAttributes {
    return udpAttributesOf(this.#socket, this.#local, this.#remote);
  }

  /**
   * Waits for a datagram of the peer's.
   *
   * **Cancellation:** loses none.
   *
   * @throws {BrokenResourceError} when the network has reported that nobody listens at the other side: once
   * @throws {ClosedResourceError} when the socket was closed, before or meanwhile
   * @throws {BusyResourceError} when another `receive` is waiting
   */
  override receive(): Promise<Uint8Array> {
    return this.#datagrams.receive();
  }

  /**
   * Sends a datagram to the peer, and waits until the system has taken it. Any number of tasks may send. That it was taken says
   * nothing of whether it arrives.
   *
   * **Cancellation:** in a cancelled scope nothing is sent. Once begun, it is sent, and that is waited for: it takes no time.
   *
   * @throws {BrokenResourceError} when the network has reported that nobody listens at the other side: once; then this datagram is not sent
   * @throws {ClosedResourceError} when the socket was closed, before or meanwhile
   * @throws {TypeError} when `bytes` is no Uint8Array
   * @throws {RangeError} when the datagram is too large
   */
  override send(bytes: Uint8Array): Promise<void> {
    try {
      checkDatagram(bytes);
    } catch (error) {
      return Promise.reject(error);
    }
    return this.#datagrams.send(bytes);
  }

  /**
   * Closes the socket. Whoever waits in it gets a `ClosedResourceError`; what was not received is dropped.
   *
   * **Cancellation:** closing always closes.
   */
  override close(): Promise<void> {
    return this.#datagrams.close();
  }

  /** How many datagrams wait to be received, and how many were dropped. */
  statistics(): UDPSocketStatistics {
    return this.#datagrams.statistics();
  }
}

function remoteAddressOf(socket: Socket): readonly [host: string, port: number] | undefined {
  try {
    const { address, port } = socket.remoteAddress();
    return [address, port];
  } catch {
    return undefined;
  }
}
