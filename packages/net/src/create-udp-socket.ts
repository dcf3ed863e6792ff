import type { Socket } from "node:dgram";
import { InvalidStateError } from "@anyio/core";
import { getaddrinfo, type ResolvedAddress } from "./getaddrinfo.js";
import { asOne } from "./internal/as-one.js";
import { bindUdp } from "./internal/bind-udp.js";
import { localAddressOf } from "./internal/udp-addresses.js";
import { checkOptions, DEFAULT_MAX_QUEUE, type UDPSocketOptions } from "./internal/udp-options.js";
import { UDPSocket } from "./udp-socket.js";

/**
 * Makes a UDP socket that receives from everybody and sends to anybody. The caller closes it.
 *
 * Without `family` and `localHost` it is on all addresses of both families, and calls IPv4 peers by their IPv4 addresses; AnyIO wants to be told one of
 * the two.
 *
 * **Cancellation:** nothing is left open.
 *
 * @throws the system's error when the name of `localHost` is not found, or the socket cannot be bound: its `code` is "EADDRINUSE" for a port that is taken
 * @throws {TypeError} when an option is of the wrong type, or with `reusePort` where the runtime has none
 * @throws {RangeError} when an option is out of range
 * @example
 * await using server = await createUdpSocket({ localHost: "127.0.0.1" });
 * await using client = await createUdpSocket();
 * await client.sendTo(new TextEncoder().encode("hello"), "127.0.0.1", server.extra(SocketAttribute.localPort));
 * const [bytes, [host]] = await server.receive();
 * `${new TextDecoder().decode(bytes)} from ${host}`; // => "hello from 127.0.0.1"
 * @see anyio.create_udp_socket
 */
export function createUdpSocket(options: UDPSocketOptions = {}): Promise<UDPSocket> {
  return asOne("createUdpSocket()", () => create(options));
}

async function create(options: UDPSocketOptions): Promise<UDPSocket> {
  checkOptions(options);
  const { maxQueue = DEFAULT_MAX_QUEUE } = options;
  const socket = await bound(options);
  const local = localAddressOf(socket);
  if (local === undefined) throw new InvalidStateError("the UDP socket was closed as it was made");
  return new UDPSocket(socket, local, maxQueue);
}

async function bound(options: UDPSocketOptions): Promise<Socket> {
  const { family, localHost, localPort: port = 0, reusePort = false } = options;
  if (localHost !== undefined) {
    const [local] = await getaddrinfo(localHost, port, { type: "datagram", ...(family ? { family } : {}) });
    return bindUdp({ local: local as ResolvedAddress, reusePort, ipv6Only: family === "ipv6" });
  }
  const ipv4 = { local: { family: "ipv4", address: "0.0.0.0", port }, reusePort } as const;
  const ipv6 = { local: { family: "ipv6", address: "::", port }, reusePort } as const;
  if (family === "ipv4") return bindUdp(ipv4);
  if (family === "ipv6") return bindUdp({ ...ipv6, ipv6Only: true });
  try {
    return await bindUdp(ipv6);
  } catch (error) {
    if (!NO_IPV6.has((error as NodeJS.ErrnoException).code)) throw error;
    return bindUdp(ipv4);
  }
}

const NO_IPV6 = new Set<string | undefined>(["EAFNOSUPPORT", "EADDRNOTAVAIL"]);
