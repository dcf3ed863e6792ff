import { getaddrinfo, type IPFamily, type ResolvedAddress } from "../getaddrinfo.js";

/**
 * From which address of this machine to connect, for each family.
 *
 * @throws when there is none
 */
export type LocalAddresses = (family: IPFamily) => ResolvedAddress;

/**
 * Finds the addresses of this machine that a socket may be bound to.
 *
 * @param localHost all of the machine's unless told
 * @param port any unless told
 * @throws the system's error when `localHost` is not found
 */
export async function localAddresses(localHost: string | undefined, port = 0): Promise<LocalAddresses> {
  if (localHost === undefined) return (family) => ({ family, address: family === "ipv6" ? "::" : "0.0.0.0", port });
  const found = await getaddrinfo(localHost, port);
  return (family) => {
    const local = found.find((address) => address.family === family);
    if (local === undefined) throw new Error(`localHost, "${localHost}", has no ${family} address to connect from`);
    return local;
  };
}
