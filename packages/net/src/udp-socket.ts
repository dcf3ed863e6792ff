import { Socket } from "node:dgram";
import { isIP } from "node:net";
import { type ExtraAttributes, InvalidStateError } from "@anyio/core";
import { UnreliableObjectStream } from "@anyio/streams";
import { getaddrinfo, type IPFamily } from "./getaddrinfo.js";
import { asOne } from "./internal/as-one.js";
import { Datagrams, type UDPSocketStatistics } from "./internal/datagrams.js";
import { checkHost, checkPort, hostPort } from "./internal/host-port.js";
import { mapped, unmapped } from "./internal/ip-address.js";
import { checkDatagram, type LocalAddress, localAddressOf, udpAttributesOf } from "./internal/udp-addresses.js";
import { checkMaxQueue, DEFAULT_MAX_QUEUE } from "./internal/udp-options.js";

/** A datagram, and who has sent it or shall receive it. */
export type UDPPacket = [bytes: Uint8Array, address: [host: string, port: number]];

/**
 * A UDP socket without a peer of its own: it receives from everybody, and sends to anybody. {@link createUdpSocket} makes it.
 *
 * Datagrams may be lost, doubled or out of order on the way. What comes while nobody receives is kept, up to `maxQueue`; then the
 * oldest is dropped.
 *
 * @see anyio.abc.UDPSocket
 */
export class UDPSocket extends UnreliableObjectStream<UDPPacket> {
  readonly #socket: Socket;
  readonly #local: LocalAddress;
  readonly #datagrams: Datagrams<UDPPacket>;

  /**
   * Makes a stream of a socket of Node's, which has to be bound, and from then on is the stream's: call it at once, for what came
   * before is lost.
   *
   * @param options `maxQueue`, as of {@link createUdpSocket}
   * @throws {TypeError} when `socket` is none, or is connected
   * @throws {RangeError} when `maxQueue` is no positive integer
   * @throws {InvalidStateError} when `socket` is not bound, or is closed
   * @example
   * import { createSocket } from "node:dgram";
   *
   * const socket = createSocket("udp4");
   * await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
   * const udp = UDPSocket.fromSocket(socket);
   * await udp.sendTo(new TextEncoder().encode("to myself"), "127.0.0.1", udp.extra(SocketAttribute.localPort));
   * const [bytes] = await udp.receive();
   * await udp.close();
   * new TextDecoder().decode(bytes); // => "to myself"
   */
  static fromSocket(socket: Socket, options: { readonly maxQueue?: number } = {}): UDPSocket {
    if (!(socket instanceof Socket)) throw new TypeError(`socket must be a dgram.Socket, not ${typeof socket}`);
    const { maxQueue = DEFAULT_MAX_QUEUE } = options;
    checkMaxQueue(maxQueue);
    const local = localAddressOf(socket);
    if (local === undefined)
      throw new InvalidStateError('the dgram.Socket is not bound; wait for its "listening" event');
    if (isConnected(socket)) throw new TypeError("socket is connected; use ConnectedUDPSocket.fromSocket()");
    return new UDPSocket(socket, local, maxQueue);
  }

  /** @internal */
  constructor(socket: Socket, local: LocalAddress, maxQueue: number) {
    super();
    this.#socket = socket;
    this.#local = local;
    this.#datagrams = new Datagrams(socket, maxQueue, {
      name: `the UDP socket on ${hostPort(...local.address)}`,
      isConnected: false,
      itemOf: local.family === "ipv6" ? fromEither : fromIt,
    });
  }

  /** The family, this side's address and port, and the socket: see {@link SocketAttribute}. */
  override get extraAttributes(): ExtraAttributes {
    return udpAttributesOf(this.#socket, this.#local);
  }

  /**
   * Waits for a datagram.
   *
   * **Cancellation:** loses none.
   *
   * @throws {ClosedResourceError} when the socket was closed, before or meanwhile
   * @throws {BusyResourceError} when another `receive` is waiting
   */
  override receive(): Promise<UDPPacket> {
    return this.#datagrams.receive();
  }

  /** What {@link sendTo} does, of a datagram and its address as `receive` gives them. */
  override send(packet: readonly [Uint8Array, readonly [host: string, port: number]]): Promise<void> {
    if (!Array.isArray(packet) || !Array.isArray(packet[1])) {
      return Promise.reject(new TypeError(`a packet must be [bytes, [host, port]], not ${typeof packet}`));
    }
    const [bytes, [host, port]] = packet;
    return this.sendTo(bytes, host, port);
  }

  /**
   * Sends a datagram, and waits until the system has taken it. Any number of tasks may send. That it was taken says nothing of
   * whether it arrives.
   *
   * **Cancellation:** in a cancelled scope nothing is sent. Once begun, it is sent, and that is waited for: it takes no time. The look-up of a name is
   * abandoned.
   *
   * @param host an address, or a name, which is looked up each time
   * @param port 1 to 65535
   * @throws {ClosedResourceError} when the socket was closed, before or meanwhile
   * @throws {TypeError} when an argument is of the wrong type
   * @throws {RangeError} when the datagram is too large, `host` is an address of the other family, or `port` is no port
   * @throws the system's error when it does not take the datagram, or does not find the name
   */
  sendTo(bytes: Uint8Array, host: string, port: number): Promise<void> {
    try {
      checkDatagram(bytes);
      checkPort("port", port, 1);
      if (typeof host === "string" && isIP(host) !== 0) return this.#datagrams.send(bytes, this.#reach(host), port);
      checkHost("host", host);
    } catch (error) {
      return Promise.reject(error);
    }
    return asOne("sendTo()", () => this.#sendToName(bytes, host, port));
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

  async #sendToName(bytes: Uint8Array, host: string, port: number): Promise<void> {
    const family: IPFamily | undefined = this.#local.family === "ipv4" ? "ipv4" : undefined;
    const [found] = await getaddrinfo(host, port, { type: "datagram", ...(family ? { family } : {}) });
    await this.#datagrams.send(bytes, this.#reach(found?.address ?? host), port);
  }

  /** What an address is called on this socket: one of IPv6 reaches IPv4 too, if the system lets it. */
  #reach(address: string): string {
    if (address.includes(":") === (this.#local.family === "ipv6")) return address;
    if (this.#local.family === "ipv6") return mapped(address);
    throw new RangeError(
      `host is an IPv6 address, "${address}", and the socket is on ${hostPort(...this.#local.address)}; make one without family`,
    );
  }
}

function isConnected(socket: Socket): boolean {
  try {
    return socket.remoteAddress() !== undefined;
  } catch {
    return false;
  }
}

function fromIt(bytes: Uint8Array, { address, port }: { address: string; port: number }): UDPPacket {
  return [bytes, [address, port]];
}

function fromEither(bytes: Uint8Array, { address, port }: { address: string; port: number }): UDPPacket {
  return [bytes, [unmapped(address), port]];
}
