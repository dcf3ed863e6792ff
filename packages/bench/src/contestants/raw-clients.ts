import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { SocketsFamily } from "./contestant.js";
import { ServerProcess } from "./server-process.js";

const HOST = "127.0.0.1";

/** A connection of Node's own. */
export async function connectRaw(port: number): Promise<Socket> {
  const socket = connect({ port, host: HOST, noDelay: true, allowHalfOpen: true });
  await once(socket, "connect");
  return socket;
}

/** Clients that say nothing, of a contestant's server. */
export function idleClients(contestant: string): Required<SocketsFamily>["idle"] {
  return async () => {
    const server = await ServerProcess.start(contestant, "hold");
    const opened: Socket[] = [];
    return {
      async connect(connections) {
        for (let i = 0; i < connections; i += 1) opened.push(await connectRaw(server.address.port));
      },
      memory: () => server.memory(),
      async close() {
        for (const socket of opened) socket.destroy();
        await server.stop();
      },
    };
  };
}
