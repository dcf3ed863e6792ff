import { isIPv6 } from "node:net";
import { domainToASCII } from "node:url";

/**
 * Refuses what is no host, and makes the name one that can be looked up: names that are not ASCII are encoded by the rules of IDNA.
 *
 * @param name what the argument is called
 */
export function checkHost(name: string, host: unknown): string {
  if (typeof host !== "string") throw new TypeError(`${name} must be a string, not ${describe(host)}`);
  if (host === "") throw new RangeError(`${name} must be a name or an address, not ""`);
  if (host.includes("\0"))
    throw new RangeError(`${name} must not have a null character in it: ${JSON.stringify(host)}`);
  if (ASCII.test(host)) return host;
  const ascii = domainToASCII(host);
  if (ascii === "") throw new RangeError(`${name} is no name that can be looked up: ${JSON.stringify(host)}`);
  return ascii;
}

/** Refuses what is no port. */
export function checkPort(name: string, port: unknown, least = 0): asserts port is number {
  if (typeof port !== "number") throw new TypeError(`${name} must be a number, not ${describe(port)}`);
  if (!Number.isInteger(port) || port < least || port > 65_535) {
    throw new RangeError(`${name} must be a whole number from ${least} to 65535, not ${port}`);
  }
}

/** Refuses what is no family of IP addresses, or undefined. */
export function checkFamily(family: unknown): void {
  if (family === undefined || family === "ipv4" || family === "ipv6") return;
  throw new TypeError(`family must be "ipv4" or "ipv6", not ${describe(family)}`);
}

/** An address as people write it. */
export function hostPort(host: string, port: number): string {
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
}

// oxlint-disable-next-line no-control-regex -- that is what ASCII is
const ASCII = /^[\x00-\x7f]*$/;

function describe(value: unknown): string {
  return typeof value === "object" && value !== null
    ? `a ${value.constructor?.name ?? "object"}`
    : (JSON.stringify(value) ?? String(value));
}
