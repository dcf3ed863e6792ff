import { BrokenResourceError } from "@anyio/core";
import { X509Certificate } from "node:crypto";
import { isIP, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import {
  checkServerIdentity,
  connect,
  createServer,
  type PeerCertificate,
  TLSSocket,
  type TLSSocketOptions,
} from "node:tls";
import type { TLSPlan } from "./tls-options.js";

/** Who is told of what becomes of a handshake. */
export interface Handshaker {
  /** It has succeeded; from here on the socket's errors are nobody's unless somebody listens for them. */
  onSecure(socket: TLSSocket): void;
  /** It has failed, with a `BrokenResourceError`. */
  onFailure(error: BrokenResourceError): void;
}

/**
 * Begins a handshake of Node's, over whatever it reads and writes.
 *
 * 1. A server is a bare `TLSSocket`, which costs no more than the connection. Only where it asks for a client's certificate
 *    it is a connection of a `tls.Server` of its own: nothing else in Node.js looks at what that certificate is worth. On Bun and
 *    Deno it mostly is one, for there nobody is told of what goes wrong on a bare one after the handshake; but a `tls.Server` takes no
 *    context that was made before, and where there is nothing else the bare one has to do.
 * 2. There is an `error` listener for good, and it is the first: an error without a listener ends the process.
 *
 * @returns ends it
 */
export function beginHandshake(over: Duplex | Socket, plan: TLSPlan, handshaker: Handshaker): () => void {
  if (!plan.serverSide) return beginAsClient(over, plan, handshaker);
  const { requestCert, cert, pfx } = plan.node;
  const hasItsOwnContext = cert === undefined && pfx === undefined;
  const isBare = !requestCert && (!IS_OTHER || hasItsOwnContext);
  return isBare ? beginAsServer(over, plan, handshaker) : beginInServer(over, plan, handshaker);
}

function beginAsClient(over: Duplex | Socket, { node, hostname }: TLSPlan, handshaker: Handshaker): () => void {
  const isName = hostname !== undefined && isIP(hostname) === 0;
  const options = {
    ...node,
    socket: over,
    allowHalfOpen: true,
    ...(hostname === undefined ? {} : { host: hostname }),
    // Addresses are not sent: RFC 6066, section 3.
    ...(isName ? { servername: hostname } : {}),
    checkServerIdentity: node.checkServerIdentity ?? checkIdentity,
  };
  const socket = connect(options);
  return follow(socket, "secureConnect", handshaker);
}

/** Node 22.23 takes an IPv6 address for a name, which then is nobody's. */
function checkIdentity(hostname: string, certificate: PeerCertificate): Error | undefined {
  const error = checkServerIdentity(hostname, certificate);
  if (error === undefined || isIP(hostname) !== 6) return error;
  return new X509Certificate(certificate.raw).checkIP(hostname) === undefined ? error : undefined;
}

function beginAsServer(over: Duplex | Socket, { node }: TLSPlan, handshaker: Handshaker): () => void {
  const options: TLSSocketOptions = { ...node, isServer: true };
  const socket = new TLSSocket(over, { ...options, allowHalfOpen: true } as TLSSocketOptions);
  // For a client Node does that itself.
  const onEnd = (): void => void socket.destroy();
  socket.on("end", onEnd);
  socket.on("secure", () => void socket.off("end", onEnd));
  const abort = follow(socket, "secure", handshaker);
  hearOfErrors(socket);
  return abort;
}

/**
 * Of a server's socket that no `tls.Server` of Node's has made, Node tells what goes wrong after the handshake by an event of its own,
 * and does nothing about it. Nobody here negotiates anew, so a client that does is up to no good.
 */
function hearOfErrors(socket: TLSSocket): void {
  socket.once("secure", () => {
    socket.disableRenegotiation();
    socket.on("_tlsError", (error: Error) => void socket.destroy(error));
  });
}

function beginInServer(over: Duplex | Socket, { node }: TLSPlan, handshaker: Handshaker): () => void {
  // Not half-open yet, for a socket that ends before it is secure is to be given up.
  over.allowHalfOpen = false;
  let secured: TLSSocket | undefined;
  const server = createServer({ ...node, handshakeTimeout: LONGEST });
  // What Node makes of the options would be one for each connection, and none where there is a context only.
  if (!IS_OTHER) Object.assign(server, { _sharedCreds: node.secureContext });
  server.on("secureConnection", (socket) => {
    over.allowHalfOpen = true;
    socket.allowHalfOpen = true;
    socket.on("error", ignore);
    server.removeAllListeners();
    keepWhileSaying(socket);
    secured = socket;
    handshaker.onSecure(socket);
  });
  server.on("tlsClientError", (error, socket) => {
    socket.on("error", ignore);
    handshaker.onFailure(failed(error, (socket as TLSSocket | undefined)?.authorizationError));
  });
  server.emit("connection", over);
  return () => {
    secured?.destroy();
    over.destroy();
  };
}

function follow(socket: TLSSocket, event: "secure" | "secureConnect", handshaker: Handshaker): () => void {
  // What the handshake was for is to be forgotten with it: a connection may live for months.
  const forget = (): void => {
    socket.off("error", onError);
    socket.off("close", onClose);
    socket.off(event, onSecure);
  };
  const onError = (error: unknown): void => {
    forget();
    handshaker.onFailure(failed(error));
  };
  const onClose = (): void => {
    forget();
    handshaker.onFailure(failed(undefined));
  };
  const onSecure = (): void => {
    forget();
    keepWhileSaying(socket);
    handshaker.onSecure(socket);
  };
  socket.on("error", ignore);
  socket.on("error", onError);
  socket.on("close", onClose);
  socket.on(event, onSecure);
  return () => {
    forget();
    socket.destroy();
  };
}

function failed(cause: unknown, authorizationError?: unknown): BrokenResourceError {
  if (cause === undefined) return new BrokenResourceError("the TLS handshake failed: the other side has gone");
  const worth = authorizationError ? `, and its certificate is not accepted (${String(authorizationError)})` : "";
  return new BrokenResourceError(`the TLS handshake failed: ${reasonOf(cause)}${worth}`, { cause });
}

/** What an error of TLS is about, without the noise around it. */
export function reasonOf(error: unknown): string {
  const { reason, message, code } = error as { reason?: string; message?: string; code?: string };
  return `${reason ?? message ?? String(error)}${code === undefined ? "" : ` (${code})`}`;
}

/** Deno destroys a socket that has ended before it has written its goodbye: it is held back for that long. */
function keepWhileSaying(socket: TLSSocket): void {
  if (!("Deno" in globalThis)) return;
  // oxlint-disable-next-line typescript/unbound-method -- a Writable's own hook, of this one instance
  const { _destroy: destroy } = socket;
  const late: typeof destroy = function destroyLater(error, callback) {
    if (error === null) setImmediate(() => setImmediate(() => destroy.call(socket, error, callback)));
    else destroy.call(socket, error, callback);
  };
  Object.assign(socket, { _destroy: late });
}

/** Whether Node's TLS is another's. */
const IS_OTHER = "Bun" in globalThis || "Deno" in globalThis;

/** The longest time that Node can measure: how long a handshake may take is not its business here. */
const LONGEST = 2 ** 31 - 1;

function ignore(): void {}
