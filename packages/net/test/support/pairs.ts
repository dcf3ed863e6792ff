import { connect, createServer, type ListenOptions, type Server, type Socket } from "node:net";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SocketStream } from "@anyio/net";

/** Two sockets of Node's that are connected to each other over TCP. */
export function tcpSockets(host = "127.0.0.1"): Promise<[Socket, Socket]> {
  return sockets({ host, port: 0 });
}

/** Two sockets of Node's that are connected to each other over a Unix socket. */
export async function unixSockets(): Promise<[Socket, Socket]> {
  const folder = await mkdtemp(join(tmpdir(), "anyio-net-"));
  try {
    return await sockets({ path: join(folder, "socket") });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Two streams that are connected to each other over TCP. */
export async function tcpPair(): Promise<[SocketStream, SocketStream]> {
  const [client, served] = await tcpSockets();
  return [SocketStream.fromSocket(client), SocketStream.fromSocket(served)];
}

/** Two streams that are connected to each other over a Unix socket. */
export async function unixPair(): Promise<[SocketStream, SocketStream]> {
  const [client, served] = await unixSockets();
  return [SocketStream.fromSocket(client), SocketStream.fromSocket(served)];
}

async function sockets(where: ListenOptions): Promise<[Socket, Socket]> {
  const server = createServer({ allowHalfOpen: true });
  await new Promise<void>((resolve) => server.listen(where, resolve));
  const accepted = new Promise<Socket>((resolve) => server.once("connection", resolve));
  const client = connect({ ...addressOf(server), allowHalfOpen: true });
  const [served] = await Promise.all([accepted, new Promise((resolve) => client.once("connect", resolve))]);
  server.close();
  // Deno fails what is written in the very turn in which the socket was accepted, where the peer's end has come too.
  await new Promise((resolve) => setTimeout(resolve, 0));
  return [client, served];
}

function addressOf(server: Server): { host: string; port: number } | { path: string } {
  const address = server.address();
  if (address === null || typeof address === "string") return { path: address ?? "" };
  return { host: address.address, port: address.port };
}
