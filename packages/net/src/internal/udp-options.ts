import { checkHost, checkFamily, checkPort } from "./host-port.js";
import { checkReusePort } from "./reuse-port.js";
import type { IPFamily } from "../getaddrinfo.js";

/** What may be said of every UDP socket. */
export interface UDPSocketOptions {
  /** The family of its addresses; both unless told. */
  readonly family?: IPFamily;
  /** A name or an address of this machine's, which it is bound to; all of them unless told. */
  readonly localHost?: string;
  /** 0 to 65535; a free one unless told. */
  readonly localPort?: number;
  /** Whether other sockets may be bound to the same port, of this process or of others: the system shares datagrams out among them. */
  readonly reusePort?: boolean;
  /** How many datagrams are kept that nobody has received yet, 1,024 unless told. With one more, the oldest is dropped. */
  readonly maxQueue?: number;
}

export const DEFAULT_MAX_QUEUE = 1024;

/** Refuses what is wrong in them. */
export function checkOptions({ family, localHost, localPort, reusePort, maxQueue }: UDPSocketOptions): void {
  checkFamily(family);
  if (localHost !== undefined) checkHost("localHost", localHost);
  if (localPort !== undefined) checkPort("localPort", localPort);
  checkReusePort(reusePort, "UDP");
  checkMaxQueue(maxQueue);
}

export function checkMaxQueue(maxQueue: number | undefined): void {
  if (maxQueue === undefined || (Number.isSafeInteger(maxQueue) && maxQueue > 0)) return;
  throw new RangeError(`maxQueue must be a positive integer, not ${String(maxQueue)}`);
}
