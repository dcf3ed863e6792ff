import { isIPv4, isIPv6 } from "node:net";

/**
 * An IP address in the one form in which the system writes it: an IPv6 address may be written in many.
 *
 * @see RFC 5952
 */
export function canonical(address: string): string {
  if (!isIPv6(address)) return address;
  const [bits = "", ...zone] = address.split("%");
  const shortest = new URL(`http://[${bits}]`).hostname.slice(1, -1);
  return [withDots(shortest), ...zone].join("%");
}

/** The IPv4 address that an IPv6 address stands for on a socket of both families, else the address itself. */
export function unmapped(address: string): string {
  if (!address.startsWith(MAPPED)) return address;
  const v4 = address.slice(MAPPED.length);
  return isIPv4(v4) ? v4 : address;
}

/** What an IPv4 address is called on an IPv6 socket. */
export function mapped(address: string): string {
  return `${MAPPED}${address}`;
}

/** An address without its zone, which runtimes leave out in one place or another. */
export function withoutZone(address: string): string {
  const end = address.indexOf("%");
  return end === -1 ? address : address.slice(0, end);
}

const MAPPED = "::ffff:";

// The system writes the end of such an address as IPv4 does, URLs do not.
function withDots(address: string): string {
  const [, high, low] = /^::ffff:([\da-f]{1,4}):([\da-f]{1,4})$/.exec(address) ?? [];
  if (high === undefined || low === undefined) return address;
  const [a, b] = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
  return mapped([a >> 8, a & 255, b >> 8, b & 255].join("."));
}
