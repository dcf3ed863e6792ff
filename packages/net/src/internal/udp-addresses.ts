import type { Socket } from "node:dgram";
import type { ExtraAttributes, TypedAttribute } from "@anyio/core";
import type { IPFamily } from "../getaddrinfo.js";
import { SocketAttribute } from "../socket-attribute.js";

/** Where a UDP socket is. */
export interface LocalAddress {
  readonly family: IPFamily;
  readonly address: readonly [host: string, port: number];
}

/** Where a socket is; undefined while it is nowhere yet, or no more. */
export function localAddressOf(socket: Socket): LocalAddress | undefined {
  try {
    const { family, address, port } = socket.address();
    // One that is being bound has no port yet.
    return port === 0 ? undefined : { family: family === "IPv6" ? "ipv6" : "ipv4", address: [address, port] };
  } catch {
    return undefined;
  }
}

/** What a UDP socket can be asked for; `remote` is who a connected one is connected to. */
export function udpAttributesOf(
  socket: Socket,
  local: LocalAddress,
  remote?: readonly [host: string, port: number],
): ExtraAttributes {
  const attributes = new Map<TypedAttribute<unknown>, () => unknown>([
    [SocketAttribute.family, () => local.family],
    [SocketAttribute.localAddress, () => local.address],
    [SocketAttribute.localPort, () => local.address[1]],
    [SocketAttribute.rawSocket, () => socket],
  ]);
  if (remote === undefined) return attributes;
  attributes.set(SocketAttribute.remoteAddress, () => remote);
  attributes.set(SocketAttribute.remotePort, () => remote[1]);
  return attributes;
}

/** Refuses what is no datagram. */
export function checkDatagram(bytes: unknown): asserts bytes is Uint8Array {
  if (!(bytes instanceof Uint8Array)) throw new TypeError(`a datagram must be a Uint8Array, not ${typeof bytes}`);
}
