import { createSocket, type Socket, type SocketOptions } from "node:dgram";
import { quietly, suspendForeign, suspendShielded } from "@anyio/core/lowlevel";
import { hostPort } from "./host-port.js";
import type { ResolvedAddress } from "../getaddrinfo.js";

/** How a socket is made that is bound to an address. */
export interface Binding {
  readonly local: ResolvedAddress;
  readonly reusePort: boolean;
  /** Whether an IPv6 socket on all addresses leaves those of IPv4 alone. */
  readonly ipv6Only?: boolean;
  /** What it is connected to. */
  readonly remote?: ResolvedAddress;
}

/**
 * Makes a UDP socket, bound and maybe connected.
 *
 * **Cancellation:** the socket is closed, and gone when this rejects.
 *
 * @throws the system's error
 */
export function bindUdp(binding: Binding): Promise<Socket> {
  return quietly(bind(binding));
}

async function bind({ local, reusePort, ipv6Only = false, remote }: Binding): Promise<Socket> {
  const { family, address, port } = local;
  let socket: Socket | undefined;
  try {
    return await suspendForeign<Socket>(`a UDP socket on ${hostPort(address, port)}`, (waiter) => {
      const made = createSocket({
        type: family === "ipv6" ? "udp6" : "udp4",
        ipv6Only,
        lookup: asItIs,
        ...(reusePort ? { reusePort } : {}),
      });
      socket = made;
      // It stays: what becomes of the socket before a stream is made of it must not go uncaught.
      const onError = (error: Error): void => void waiter.throw(error);
      const ready = (): void => void waiter.resume(made);
      const onListening = (): void => {
        made.off("listening", onListening);
        // A callback gets what an "error" event would tell; a runtime may do both.
        if (remote === undefined) ready();
        else made.connect(remote.port, remote.address, (error?: Error) => (error ? onError(error) : ready()));
      };
      made.on("error", onError);
      made.on("listening", onListening);
      made.bind({ port, address });
      return () => made.off("listening", onListening);
    });
  } catch (error) {
    if (socket !== undefined) await closed(socket);
    throw error;
  }
}

function closed(socket: Socket): Promise<void> {
  return suspendShielded<void>("a UDP socket to close", (waiter) => {
    socket.on("error", ignore);
    socket.close(() => waiter.resume());
  });
}

function ignore(): void {}

/** Nothing is left to be looked up; Node's own look-up would take a turn for every datagram, and forget to take its bytes first. */
const asItIs: NonNullable<SocketOptions["lookup"]> = (address, options, callback) => {
  callback(null, address, Number(options));
};
