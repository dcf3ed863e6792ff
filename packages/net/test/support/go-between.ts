import type { Socket } from "node:net";
import { SocketStream } from "@anyio/net";
import { tcpSockets } from "./pairs.js";

/** Two streams, and who stands between them. */
export interface GoBetween extends AsyncDisposable {
  /** The client's, and the server's. */
  readonly ends: [SocketStream, SocketStream];
  /** What is written here arrives at the client, or at the server. */
  readonly sockets: { readonly client: Socket; readonly server: Socket };
}

/**
 * Joins two connections over TCP into one.
 *
 * @param onFlight called when so many pieces have been handed to the client, with the socket that leads to it
 */
export async function goBetween(onFlight?: (client: Socket, flight: number) => void): Promise<GoBetween> {
  const [near, client] = await tcpSockets();
  const [server, far] = await tcpSockets();
  let flights = 0;
  for (const [from, to] of [
    [client, server],
    [server, client],
  ] as const) {
    from.on("error", () => {});
    from.on("end", () => void (to.writable && to.end()));
    from.on("data", (piece) => {
      if (!to.writable) return;
      to.write(piece);
      if (to === client) onFlight?.(client, ++flights);
    });
  }
  return {
    ends: [SocketStream.fromSocket(near), SocketStream.fromSocket(far)],
    sockets: { client, server },
    async [Symbol.asyncDispose]() {
      client.destroy();
      server.destroy();
    },
  };
}
