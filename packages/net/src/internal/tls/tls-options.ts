import { isIP } from "node:net";
import {
  type ConnectionOptions,
  createSecureContext,
  type SecureContext,
  type SecureContextOptions,
  type TlsOptions,
} from "node:tls";
import { domainToASCII } from "node:url";

/** The options of node:tls that make sense over a stream that is there already. */
export type NodeTLSOptions = SecureContextOptions &
  Pick<
    ConnectionOptions,
    | "ALPNProtocols"
    | "checkServerIdentity"
    | "enableTrace"
    | "minDHSize"
    | "rejectUnauthorized"
    | "requestCert"
    | "secureContext"
    | "session"
    | "SNICallback"
  > &
  Pick<TlsOptions, "ticketKeys">;

/** What a side of TLS is asked to be. */
export interface WrapOptions {
  readonly serverSide?: boolean;
  readonly hostname?: string;
  readonly standardCompatible?: boolean;
}

/** Options that have been looked at. */
export interface TLSPlan {
  readonly serverSide: boolean;
  readonly standardCompatible: boolean;
  readonly node: NodeTLSOptions & { readonly secureContext: SecureContext };
  /** Whom a client wants to talk to, in ASCII. */
  readonly hostname: string | undefined;
}

/**
 * Looks at options, and reads keys and certificates, before anything has happened.
 *
 * @throws {TypeError} when an option is none, or of another kind, or a client has no host name
 * @throws Node's error when a key or a certificate cannot be read
 */
export function planTls(options: WrapOptions & NodeTLSOptions = {}): TLSPlan {
  const { serverSide = false, hostname, standardCompatible = true, ...node } = options;
  checkBoolean("serverSide", serverSide);
  checkBoolean("standardCompatible", standardCompatible);
  for (const [name, advice] of Object.entries(MISPLACED)) {
    if ((node as Record<string, unknown>)[name] === undefined) continue;
    throw new TypeError(`${name} is no option of TLS over a stream; ${advice}`);
  }
  return {
    serverSide,
    standardCompatible,
    hostname: serverSide ? checkServer(hostname, node) : checkClient(hostname, node),
    node: { ...node, secureContext: node.secureContext ?? createSecureContext(node) },
  };
}

const MISPLACED = {
  servername: "pass hostname",
  host: "pass hostname",
  port: "pass a stream that is connected",
  path: "pass a stream that is connected",
  socket: "pass it as the stream, by SocketStream.fromSocket(socket)",
  isServer: "pass serverSide: true",
  server: "make a TLSListener",
  handshakeTimeout: "put failAfter() around it",
};

function checkServer(hostname: string | undefined, node: NodeTLSOptions): undefined {
  if (hostname !== undefined) throw new TypeError("hostname is for clients; a server has its name in its certificate");
  const hasIdentity = node.secureContext ?? node.cert ?? node.pfx ?? node.SNICallback;
  if (hasIdentity === undefined) {
    throw new TypeError("a TLS server needs a certificate; pass cert and key, pfx, or a secureContext");
  }
}

function checkClient(hostname: string | undefined, node: NodeTLSOptions): string | undefined {
  if (hostname === undefined) {
    if (node.rejectUnauthorized === false) return undefined;
    throw new TypeError(
      "a TLS client needs the hostname that the server's certificate has to be for; to trust anybody, pass rejectUnauthorized: false",
    );
  }
  if (typeof hostname !== "string") throw new TypeError(`hostname must be a string, not ${typeof hostname}`);
  if (isIP(hostname) !== 0) return hostname;
  // The root's dot belongs neither into certificates nor into what is sent of the name.
  const ascii = domainToASCII(hostname).replace(/\.$/, "");
  if (/^[\w.-]+$/.test(ascii)) return ascii;
  throw new TypeError(`hostname must be a name or an address, not ${JSON.stringify(hostname)}`);
}

function checkBoolean(name: string, value: unknown): void {
  if (typeof value !== "boolean") throw new TypeError(`${name} must be true or false, not ${String(value)}`);
}
