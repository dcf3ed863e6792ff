import type { ExtraAttributes, TypedAttribute } from "@anyio/core";
import type { Socket } from "node:net";
import { hostPort } from "./host-port.js";
import { type RawSocket, type SocketAddress, SocketAttribute, type SocketFamily } from "../socket-attribute.js";

/** Who is at the two ends of a connection. They are asked for as it is made: of one that is gone nobody could tell. */
export interface Addresses {
  readonly family: SocketFamily;
  readonly local: SocketAddress;
  readonly remote: SocketAddress;
}

/**
 * The addresses of a socket; undefined while it is connecting.
 *
 * @param path of a Unix socket, the path that it was accepted on: the system does not tell
 */
export function addressesOf(socket: Socket, path: SocketAddress = ""): Addresses | undefined {
  if (socket.connecting) return undefined;
  const { remoteFamily, localAddress = "", localPort = 0, remoteAddress = "", remotePort = 0 } = socket;
  if (remoteFamily === undefined) return { family: "unix", local: path, remote: "" };
  return {
    family: remoteFamily === "IPv6" ? "ipv6" : "ipv4",
    local: [localAddress, localPort],
    remote: [remoteAddress, remotePort],
  };
}

/** What people call a connection. */
export function describe(addresses: Addresses | undefined): string {
  if (addresses === undefined) return "a connection in the making";
  const { local, remote } = addresses;
  if (typeof remote === "string") return `a connection over the Unix socket ${remote || String(local) || "(unnamed)"}`;
  return `a TCP connection to ${hostPort(...remote)}`;
}

export function attributesOf(addresses: Addresses | undefined, rawSocket: RawSocket): ExtraAttributes {
  const attributes = new Map<TypedAttribute<unknown>, () => unknown>([[SocketAttribute.rawSocket, () => rawSocket]]);
  if (addresses === undefined) return attributes;
  const { family, local, remote } = addresses;
  attributes.set(SocketAttribute.family, () => family);
  attributes.set(SocketAttribute.localAddress, () => local);
  attributes.set(SocketAttribute.remoteAddress, () => remote);
  if (typeof local !== "string") attributes.set(SocketAttribute.localPort, () => local[1]);
  if (typeof remote !== "string") attributes.set(SocketAttribute.remotePort, () => remote[1]);
  return attributes;
}
