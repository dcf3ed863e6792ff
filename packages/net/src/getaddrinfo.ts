import { lookup } from "node:dns";
import { isIP } from "node:net";
import { immediate, inFlight, suspend } from "@anyio/core/lowlevel";
import { checkFamily, checkHost, checkPort } from "./internal/host-port.js";
import { canonical } from "./internal/ip-address.js";

/** A family of IP addresses. */
export type IPFamily = "ipv4" | "ipv6";

/** One address of a host. */
export interface ResolvedAddress {
  readonly family: IPFamily;
  readonly address: string;
  readonly port: number;
}

/** Which addresses {@link getaddrinfo} is to find. */
export interface GetaddrinfoOptions {
  /** Only addresses of this family; both unless told. */
  readonly family?: IPFamily;
  /** What the addresses are for. They are the same for either. */
  readonly type?: "stream" | "datagram";
}

/**
 * Looks up the addresses of a host, as the system does: in its files and at its name servers, in the order of preference that it
 * gives them, one at least. An IP address, also one with a zone, is its own. Names that are not ASCII are encoded by the rules of IDNA.
 *
 * Ports are numbers: Node.js cannot look up the port of a service.
 *
 * **Cancellation:** stops waiting. The system's look-up goes on unowned; its result is dropped, and a late error consumed.
 *
 * @param port what each of the addresses is given, 0 to 65535
 * @throws the system's error when the name is not found; its `code` is "ENOTFOUND" mostly
 * @throws {TypeError} when an argument is of the wrong type, or `family` or `type` is unknown
 * @throws {RangeError} when `port` is no port, or `host` cannot be a name
 * @example
 * await getaddrinfo("127.0.0.1", 80); // => [{ family: "ipv4", address: "127.0.0.1", port: 80 }]
 * @see anyio.getaddrinfo
 */
export function getaddrinfo(host: string, port: number, options: GetaddrinfoOptions = {}): Promise<ResolvedAddress[]> {
  const { family, type } = options;
  let name: string;
  try {
    name = checkHost("host", host);
    checkPort("port", port);
    checkFamily(family);
    checkType(type);
  } catch (error) {
    return Promise.reject(error);
  }
  const version = isIP(name);
  if (version !== 0) return immediate(() => [itself(name, version, port, family)]);
  return suspend(`the addresses of "${host}"`, (waiter) => {
    const landed = inFlight();
    lookup(name, { all: true, verbatim: true, family: VERSIONS[family ?? "any"] }, (error, addresses) => {
      landed();
      if (error !== null) waiter.throw(error);
      else if (addresses.length === 0) waiter.throw(notFound(name, "it has no address"));
      else waiter.resume(distinct(addresses, port));
    });
    return landed;
  });
}

function checkType(type: unknown): void {
  if (type === undefined || type === "stream" || type === "datagram") return;
  throw new TypeError(`type must be "stream" or "datagram", not ${String(type)}`);
}

function itself(address: string, version: number, port: number, wanted: IPFamily | undefined): ResolvedAddress {
  const family = familyOf(version);
  if (wanted === undefined || wanted === family) return { family, address: canonical(address), port };
  // Node.js gives back every address, of whatever family.
  throw notFound(address, `it is no ${wanted} address`);
}

/** What the system says of a name that it does not find. */
function notFound(hostname: string, reason: string): Error {
  const error = new Error(`getaddrinfo ENOTFOUND ${hostname}: ${reason}`);
  return Object.assign(error, { code: "ENOTFOUND", syscall: "getaddrinfo", hostname });
}

function distinct(addresses: readonly { address: string; family: number }[], port: number): ResolvedAddress[] {
  const byAddress = new Map(
    addresses.map(({ address, family }) => [address, { family: familyOf(family), address, port }]),
  );
  return [...byAddress.values()];
}

function familyOf(version: number): IPFamily {
  return version === 6 ? "ipv6" : "ipv4";
}

const VERSIONS = { any: 0, ipv4: 4, ipv6: 6 } as const;
