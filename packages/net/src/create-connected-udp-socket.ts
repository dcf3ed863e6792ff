import { ConnectedUDPSocket } from "./connected-udp-socket.js";
import { getaddrinfo } from "./getaddrinfo.js";
import { asOne } from "./internal/as-one.js";
import { bindUdp } from "./internal/bind-udp.js";
import { happyEyeballs } from "./internal/happy-eyeballs.js";
import { checkHost, checkPort, hostPort } from "./internal/host-port.js";
import { type LocalAddresses, localAddresses } from "./internal/local-address.js";
import { checkOptions, DEFAULT_MAX_QUEUE, type UDPSocketOptions } from "./internal/udp-options.js";

/**
 * Makes a UDP socket that sends to one peer, and receives from nobody else. Nothing is sent by that: the peer may not exist. The caller closes it.
 *
 * **Cancellation:** nothing is left open.
 *
 * @param host a name or an address; of several addresses, the first that this machine has a way to
 * @param port 1 to 65535
 * @throws {ConnectionFailedError} when the name is not found, or no socket can be made
 * @throws {TypeError} when an argument is of the wrong type, or with `reusePort` where the runtime has none
 * @throws {RangeError} when an argument is out of range
 * @example
 * await using server = await createUdpSocket({ localHost: "127.0.0.1" });
 * await using client = await createConnectedUdpSocket("127.0.0.1", server.extra(SocketAttribute.localPort));
 * await client.send(new TextEncoder().encode("ping"));
 * const [, [host, port]] = await server.receive();
 * await server.sendTo(new TextEncoder().encode("pong"), host, port);
 * new TextDecoder().decode(await client.receive()); // => "pong"
 * @see anyio.create_connected_udp_socket
 */
export function createConnectedUdpSocket(
  host: string,
  port: number,
  options: UDPSocketOptions = {},
): Promise<ConnectedUDPSocket> {
  return asOne("createConnectedUdpSocket()", () => create(host, port, options));
}

async function create(host: string, port: number, options: UDPSocketOptions): Promise<ConnectedUDPSocket> {
  checkHost("host", host);
  checkPort("port", port, 1);
  checkOptions(options);
  const { family, localHost, localPort, reusePort = false, maxQueue = DEFAULT_MAX_QUEUE } = options;
  let from: LocalAddresses;

  return happyEyeballs({
    target: hostPort(host, port),
    lookUp: async () => {
      from = await localAddresses(localHost, localPort);
      return getaddrinfo(host, port, { type: "datagram", ...(family ? { family } : {}) });
    },
    attempt: async (remote) => {
      const socket = await bindUdp({ local: from(remote.family), reusePort, remote });
      return new ConnectedUDPSocket(socket, maxQueue);
    },
    // Nothing is waited for, so that one at a time is as quick.
    delay: Infinity,
  });
}
