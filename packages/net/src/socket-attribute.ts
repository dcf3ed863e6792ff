import { typedAttribute } from "@anyio/core";
import type { Socket as DatagramSocket } from "node:dgram";
import type { Server, Socket } from "node:net";

/** What sockets can be asked for with `extra()`. */
export const SocketAttribute = {
  /** "ipv4", "ipv6" or "unix". */
  family: typedAttribute<SocketFamily>("family"),
  /** This side's address: `[host, port]`, or the path of a Unix socket, which is empty for one that has none. */
  localAddress: typedAttribute<SocketAddress>("localAddress"),
  /** This side's port; a Unix socket has none. */
  localPort: typedAttribute<number>("localPort"),
  /** The other side's address: `[host, port]`, or the path of a Unix socket, which is empty for one that has none. */
  remoteAddress: typedAttribute<SocketAddress>("remoteAddress"),
  /** The other side's port; a Unix socket has none. */
  remotePort: typedAttribute<number>("remotePort"),
  /** Node's own object. What is done to it is done behind the stream's back. */
  rawSocket: typedAttribute<RawSocket>("rawSocket"),
} as const;

/** What kind of addresses a socket has. */
export type SocketFamily = "ipv4" | "ipv6" | "unix";

/** `[host, port]`, or the path of a Unix socket. */
export type SocketAddress = readonly [host: string, port: number] | string;

/** What there is of Node's under a stream, a listener or a UDP socket. */
export type RawSocket = Socket | Server | DatagramSocket;
