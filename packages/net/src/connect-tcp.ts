import { getaddrinfo } from "./getaddrinfo.js";
import { asOne } from "./internal/as-one.js";
import { happyEyeballs } from "./internal/happy-eyeballs.js";
import { checkHost, checkPort, hostPort } from "./internal/host-port.js";
import { type LocalAddresses, localAddresses } from "./internal/local-address.js";
import { openSocket } from "./internal/open-socket.js";
import {
  speaksTLS,
  type TLSClientOptions,
  tlsOptionsFor,
  type WithoutTLS,
  type WithTLS,
} from "./internal/tls/tls-client.js";
import { planTls } from "./internal/tls/tls-options.js";
import { SocketStream } from "./socket-stream.js";
import { TLSStream } from "./tls-stream.js";

/** How to connect over TCP. */
export interface TCPOptions {
  /** A name or an address of this machine's, to connect from. */
  readonly localHost?: string;
  /** The port to connect from, 0 to 65535. */
  readonly localPort?: number;
  /** How long an address is given, in ms, before the next is tried beside it; 250 unless told. */
  readonly happyEyeballsDelay?: number;
}

/** What {@link connectTcp} may be told. */
export interface ConnectTcpOptions extends TCPOptions, TLSClientOptions {}

/**
 * Connects over TCP, and speaks TLS over the connection where it is told to. Of a host with several addresses the one that answers
 * first is taken: they are tried in turn, IPv6 and IPv4 alternating, each a little after the one before (RFC 8305). The caller closes the stream.
 *
 * **Cancellation:** nothing is left open.
 *
 * @param host a name or an address
 * @param port 0 to 65535
 * @throws {ConnectionFailedError} when the name is not found, or no address takes the connection
 * @throws {BrokenResourceError} when the TLS handshake fails; its cause is Node's own error
 * @throws {TypeError} when an argument is of the wrong type
 * @throws {RangeError} when an argument is out of range
 * @example
 * const listener = await createTcpListener({ localHost: "127.0.0.1" });
 * const answer = await withTaskGroup(async (tg) => {
 *   tg.startSoon(() => listener.serve((stream) => stream.send(new TextEncoder().encode("hello"))));
 *   await using stream = await connectTcp("127.0.0.1", listener.extra(SocketAttribute.localPort));
 *   const bytes = await stream.receive();
 *   tg.cancel();
 *   return new TextDecoder().decode(bytes);
 * });
 * await listener.close();
 * answer; // => "hello"
 * @see anyio.connect_tcp
 */
export function connectTcp(host: string, port: number, options?: TCPOptions & WithoutTLS): Promise<SocketStream>;
export function connectTcp(host: string, port: number, options: ConnectTcpOptions & WithTLS): Promise<TLSStream>;
export function connectTcp(host: string, port: number, options?: ConnectTcpOptions): Promise<SocketStream | TLSStream>;
export function connectTcp(
  host: string,
  port: number,
  options: ConnectTcpOptions = {},
): Promise<SocketStream | TLSStream> {
  return asOne("connectTcp()", () => connect(host, port, options));
}

async function connect(host: string, port: number, options: ConnectTcpOptions): Promise<SocketStream | TLSStream> {
  checkHost("host", host);
  checkPort("port", port);
  checkOptions(options);
  // What is wrong in the options is told before anything has happened.
  const plan = speaksTLS(options) ? planTls(tlsOptionsFor(options, host)) : undefined;
  const stream = await connectPlain(host, port, options);
  return plan === undefined ? stream : TLSStream.open(stream, plan);
}

function connectPlain(host: string, port: number, options: TCPOptions): Promise<SocketStream> {
  const { localHost, localPort, happyEyeballsDelay = 250 } = options;
  const target = hostPort(host, port);
  let from: LocalAddresses | undefined;

  return happyEyeballs({
    target,
    lookUp: async () => {
      if (localHost !== undefined || localPort !== undefined) from = await localAddresses(localHost, localPort);
      return getaddrinfo(host, port, { type: "stream" });
    },
    attempt: async ({ address, family }) => {
      const local = from?.(family);
      const bound = local === undefined ? {} : { localAddress: local.address, localPort: local.port };
      return new SocketStream(await openSocket({ host: address, port, ...bound }, hostPort(address, port)));
    },
    delay: happyEyeballsDelay,
  });
}

function checkOptions({ localHost, localPort, happyEyeballsDelay: delay }: TCPOptions): void {
  if (localHost !== undefined) checkHost("localHost", localHost);
  if (localPort !== undefined) checkPort("localPort", localPort);
  if (delay === undefined) return;
  if (typeof delay !== "number") throw new TypeError(`happyEyeballsDelay must be a number, not ${String(delay)}`);
  if (!(delay >= 0)) throw new RangeError(`happyEyeballsDelay must be 0 or more, not ${delay}`);
}
