import { lookupService } from "node:dns";
import { isIP } from "node:net";
import { inFlight, suspend } from "@anyio/core/lowlevel";
import { checkHost, checkPort, hostPort } from "./internal/host-port.js";

/**
 * Looks up what an address and a port are called: the name of the host, and that of the service, which is the port in digits where it
 * has none.
 *
 * **Cancellation:** stops waiting. The system's look-up goes on unowned; its result is dropped, and a late error consumed.
 *
 * @param address an IP address and a port, 0 to 65535
 * @throws the system's error when the address has no name; its `code` is "ENOTFOUND" mostly. AnyIO's gives the address itself then
 * @throws {TypeError} when `address` is no array of a string and a number
 * @throws {RangeError} when there is no IP address, or no port, in it
 * @example
 * const [host] = await getnameinfo(["127.0.0.1", 80]);
 * host; // => "localhost"
 * @see anyio.getnameinfo
 */
export function getnameinfo(address: readonly [host: string, port: number]): Promise<[host: string, service: string]> {
  try {
    checkAddress(address);
  } catch (error) {
    return Promise.reject(error);
  }
  const [host, port] = address;
  return suspend(`the name of ${hostPort(host, port)}`, (waiter) => {
    const landed = inFlight();
    lookupService(host, port, (error, hostname, service) => {
      landed();
      if (error !== null) waiter.throw(error);
      else waiter.resume([hostname, service]);
    });
    return landed;
  });
}

function checkAddress(address: readonly unknown[]): void {
  if (!Array.isArray(address)) throw new TypeError(`address must be [host, port], not ${String(address)}`);
  const host = checkHost("the host of address", address[0]);
  if (isIP(host) === 0) throw new RangeError(`the host of address must be an IP address, not "${host}"`);
  checkPort("the port of address", address[1]);
}
