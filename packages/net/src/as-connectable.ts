import { isPathObject, type PathObject } from "@anyio/core/lowlevel";
import type { ByteStreamConnectable } from "@anyio/streams";
import { speaksTLS, type TLSClientOptions, tlsOptionsFor } from "./internal/tls/tls-client.js";
import { TCPConnectable } from "./tcp-connectable.js";
import { TLSConnectable } from "./tls-connectable.js";
import { UNIXConnectable } from "./unix-connectable.js";

/** What {@link asConnectable} makes a connectable of. */
export type Remote = ByteStreamConnectable | readonly [host: string, port: number] | string | PathObject;

/**
 * Makes something that can be connected to of what a program is told to connect to: a connectable, which is it already, a host and a
 * port, or the path of a Unix socket. With TLS, the certificate of the other side has to be for the host, or for `serverName`.
 *
 * @throws {TypeError} when `remote` is none of them, or TLS is asked for of what has no host, without `serverName`
 * @throws {RangeError} when a host, a port or a path cannot be one
 * @example
 * const connectable = asConnectable(["example.com", 80]);
 * connectable instanceof TCPConnectable; // => true
 * @see anyio.as_connectable
 */
export function asConnectable(remote: Remote, options: TLSClientOptions = {}): ByteStreamConnectable {
  const connectable = connectableOf(remote);
  if (!speaksTLS(options)) return connectable;
  const host = connectable instanceof TCPConnectable ? connectable.host : undefined;
  return new TLSConnectable(connectable, tlsOptionsFor(options, host));
}

function connectableOf(remote: Remote): ByteStreamConnectable {
  if (typeof remote === "string" || isPathObject(remote)) return new UNIXConnectable(remote);
  if (isAddress(remote)) return new TCPConnectable(...remote);
  if (typeof remote?.connect === "function") return remote;
  throw new TypeError(`remote must be a connectable, [host, port] or a path, not ${String(remote)}`);
}

function isAddress(remote: Remote): remote is readonly [host: string, port: number] {
  return Array.isArray(remote);
}
