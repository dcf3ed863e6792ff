import { createServer, type Server, type Socket } from "node:net";
import type { AddressInfo } from "node:net";
import { createServer as createTlsServer, type TlsOptions } from "node:tls";
import { afterEach } from "vitest";

const servers: Server[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

/** A server of Node's that says hello to whoever connects, and ends; closed after the test. */
export interface Greeter {
  readonly port: number;
  /** Who has connected, in order: "host port". */
  readonly clients: readonly string[];
}

/** Greets over TCP, or over TLS. */
export async function greetTcp(host = "127.0.0.1", tls?: TlsOptions): Promise<Greeter> {
  const { server, clients } = greeter(tls);
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, host, resolve));
  return { port: (server.address() as AddressInfo).port, clients };
}

/** Greets over a Unix socket, or over TLS over one. */
export async function greetUnix(path: string, tls?: TlsOptions): Promise<void> {
  const { server } = greeter(tls);
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(path, resolve));
}

function greeter(tls: TlsOptions | undefined): { server: Server; clients: string[] } {
  const clients: string[] = [];
  const greet = (socket: Socket): void => {
    clients.push(`${socket.remoteAddress} ${socket.remotePort}`);
    socket.on("error", () => socket.destroy());
    socket.end("hello");
    socket.resume();
  };
  const server = tls === undefined ? createServer(greet) : createTlsServer(tls, greet);
  // A handshake that fails is the client's affair.
  server.on("tlsClientError", (_error, socket: Socket) => socket.destroy());
  servers.push(server);
  return { server, clients };
}

/** A port on which nobody listens. */
export async function freePort(host = "127.0.0.1"): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
