import { getaddrinfo, type IPFamily, type ResolvedAddress } from "./getaddrinfo.js";
import { asOne } from "./internal/as-one.js";
import { checkBacklog, DEFAULT_BACKLOG } from "./internal/check-backlog.js";
import { checkFamily, checkHost, checkPort, hostPort } from "./internal/host-port.js";
import { closeAll, listen } from "./internal/listen.js";
import { checkReusePort } from "./internal/reuse-port.js";
import { MultiListener } from "./multi-listener.js";
import { SocketAttribute } from "./socket-attribute.js";
import type { SocketListener } from "./socket-listener.js";
import type { SocketStream } from "./socket-stream.js";

/** Where {@link createTcpListener} listens, and how. */
export interface CreateTcpListenerOptions {
  /** The address to listen on, or a name for it; all of this machine's unless told. */
  readonly localHost?: string;
  /** The port; one that is free unless told. */
  readonly localPort?: number;
  /** Only addresses of this family; both unless told. */
  readonly family?: IPFamily;
  /** How many connections may wait to be accepted, 65,536 unless told; those beyond are reset. The system may allow less. */
  readonly backlog?: number;
  /** Whether other sockets, of other processes too, may listen on the same port, and share what comes. */
  readonly reusePort?: boolean;
}

/**
 * Listens for TCP connections, on one port for both families of addresses.
 *
 * **Cancellation:** stops listening.
 *
 * @returns what the caller serves and closes
 * @throws the system's error when it cannot listen there: EADDRINUSE, EACCES, EADDRNOTAVAIL, or ENOTFOUND for a name
 * @throws {TypeError} when an option is of the wrong type, or there is no `reusePort` on this runtime
 * @throws {RangeError} when `localPort` or `backlog` is out of range
 * @example
 * const events: string[] = [];
 * await withTaskGroup(async (tg) => {
 *   const listener = await createTcpListener({ localHost: "127.0.0.1" });
 *   tg.startSoon(() => listener.serve(async (stream) => stream.send(await stream.receive())));
 *   const stream = await connectTcp("127.0.0.1", listener.extra(SocketAttribute.localPort));
 *   await stream.send(new TextEncoder().encode("hello"));
 *   events.push(new TextDecoder().decode(await stream.receive()));
 *   await stream.close();
 *   tg.cancel();
 *   await listener.close();
 * });
 * events; // => ["hello"]
 * @see anyio.create_tcp_listener
 */
export function createTcpListener(options: CreateTcpListenerOptions = {}): Promise<MultiListener<SocketStream>> {
  return asOne("createTcpListener()", () => create(options));
}

async function create(options: CreateTcpListenerOptions): Promise<MultiListener<SocketStream>> {
  const { localHost, localPort = 0, family, backlog = DEFAULT_BACKLOG, reusePort = false } = options;
  const host = localHost === undefined ? undefined : checkHost("localHost", localHost);
  checkPort("localPort", localPort);
  checkFamily(family);
  checkBacklog(backlog);
  checkReusePort(reusePort, "TCP");
  const addresses =
    host === undefined
      ? wildcards(localPort, family)
      : await getaddrinfo(host, localPort, { ...(family && { family }) });
  return bindAll(addresses, { backlog, reusePort, isWildcard: host === undefined });
}

interface Binding {
  readonly backlog: number;
  readonly reusePort: boolean;
  readonly isWildcard: boolean;
}

function wildcards(port: number, family: IPFamily | undefined): ResolvedAddress[] {
  const all: ResolvedAddress[] = [
    { family: "ipv4", address: "0.0.0.0", port },
    { family: "ipv6", address: "::", port },
  ];
  // A listener of Deno's on "::" is always one for both families.
  if (family === undefined && "Deno" in globalThis) return all.slice(1);
  return all.filter((address) => family === undefined || address.family === family);
}

/** The system picks a free port for the first address; another program may have it for the next. */
async function bindAll(addresses: readonly ResolvedAddress[], binding: Binding): Promise<MultiListener<SocketStream>> {
  for (let attempt = 1; ; attempt++) {
    const listeners: SocketListener[] = [];
    try {
      for (const address of addresses) await bindNext(listeners, address, binding);
      return new MultiListener(listeners);
    } catch (error) {
      await closeAll(listeners);
      const isUnlucky = addresses[0]?.port === 0 && (error as NodeJS.ErrnoException).code === "EADDRINUSE";
      if (!isUnlucky || attempt === ATTEMPTS) throw error;
    }
  }
}

async function bindNext(listeners: SocketListener[], to: ResolvedAddress, binding: Binding): Promise<void> {
  const { address, family } = to;
  const port = listeners[0]?.extra(SocketAttribute.localPort) ?? to.port;
  const { backlog, reusePort } = binding;
  try {
    const options = { host: address, port, ipv6Only: family === "ipv6", ...(reusePort && { reusePort }) };
    listeners.push(await listen(options, backlog, hostPort(address, port)));
  } catch (error) {
    // A machine without IPv6 can be listened on all the same.
    const { code = "" } = error as NodeJS.ErrnoException;
    if (!binding.isWildcard || listeners.length === 0 || !NO_SUCH_FAMILY.includes(code)) throw error;
  }
}

const ATTEMPTS = 10;
const NO_SUCH_FAMILY = ["EAFNOSUPPORT", "EADDRNOTAVAIL"];
