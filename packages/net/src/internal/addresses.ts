import type { ExtraAttributes, TypedAttribute } from "@anyio/core";
import { isIPv6, type Socket } from "node:net";
import { type SocketAddress, SocketAttribute } from "../socket-attribute.js";
import { hostPort } from "./host-port.js";
import { unmapped } from "./ip-address.js";

/** The paths of the two ends of a Unix socket: nobody can ask the system for them. */
export interface Paths {
  readonly local: string;
  readonly remote: string;
}

/**
 * What is known of a connection. Its sides are known while it is open. Node remembers the other one, where it was asked for it in
 * time: of a connection that is gone people want to know whose it was.
 */
export function attributesOf(socket: Socket, paths: Paths | null): ExtraAttributes {
  const attributes = new Map<TypedAttribute<unknown>, () => unknown>([[SocketAttribute.rawSocket, () => socket]]);
  if (paths !== null) {
    attributes.set(SocketAttribute.family, () => "unix");
    attributes.set(SocketAttribute.localAddress, () => paths.local);
    attributes.set(SocketAttribute.remoteAddress, () => paths.remote);
    return attributes;
  }
  const { remoteAddress, remotePort, localAddress, localPort } = socket;
  if (remoteAddress !== undefined) {
    attributes.set(SocketAttribute.family, () => (isIPv6(unmapped(remoteAddress)) ? "ipv6" : "ipv4"));
  }
  add(attributes, SocketAttribute.remoteAddress, SocketAttribute.remotePort, remoteAddress, remotePort);
  add(attributes, SocketAttribute.localAddress, SocketAttribute.localPort, localAddress, localPort);
  return attributes;
}

/** What people call a connection. */
export function describe(socket: Socket, paths: Paths | null): string {
  if (paths !== null) return `a connection over the Unix socket ${paths.remote || paths.local}`;
  const { remoteAddress, remotePort = 0 } = socket;
  return remoteAddress === undefined
    ? "a connection"
    : `a TCP connection to ${hostPort(unmapped(remoteAddress), remotePort)}`;
}

function add(
  attributes: Map<TypedAttribute<unknown>, () => unknown>,
  addressAttribute: TypedAttribute<SocketAddress>,
  portAttribute: TypedAttribute<number>,
  host: string | undefined,
  port: number | undefined,
): void {
  if (host === undefined || port === undefined) return;
  // On a socket of both families an IPv4 address looks like an IPv6 one.
  attributes.set(addressAttribute, () => [unmapped(host), port]);
  attributes.set(portAttribute, () => port);
}
