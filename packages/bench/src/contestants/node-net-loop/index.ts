import { once } from "node:events";
import type { Socket } from "node:net";
import type { Contestant, SocketsFamily } from "../contestant.js";
import { CHUNK, CHUNKS_PER_MIB, MESSAGE, mibOf } from "../payload.js";
import { connectRaw, idleClients } from "../raw-clients.js";
import { type Address, ServerProcess } from "../server-process.js";
import { inHands } from "../shares.js";

const sockets: SocketsFamily = {
  async requests(connections) {
    const server = await ServerProcess.start("node-net-loop", "echo");
    const opened = await Promise.all(Array.from({ length: connections }, () => connectRaw(server.address.port)));
    const clients = opened.map((socket) => ({ socket, answers: socket[Symbol.asyncIterator]() }));
    return {
      repeat: (times) => inHands(times, connections, (own, hand) => request(clients[hand], own)),
      async close() {
        for (const socket of opened) socket.destroy();
        await server.stop();
      },
    };
  },

  async upload() {
    const server = await ServerProcess.start("node-net-loop", "count");
    return { repeat: (mib) => upload(server.address, mib), close: () => server.stop() };
  },

  idle: idleClients("node-net-loop"),
};

export const nodeNetLoop: Contestant = { sockets };

interface Client {
  readonly socket: Socket;
  readonly answers: AsyncIterator<Uint8Array>;
}

async function request(client: Client | undefined, times: number): Promise<number> {
  if (client === undefined) return 0;
  const { socket, answers } = client;
  for (let i = 0; i < times; i += 1) {
    socket.write(MESSAGE);
    let received = 0;
    while (received < MESSAGE.length) received += (await answers.next()).value.length;
  }
  return times;
}

async function upload(address: Address, mib: number): Promise<number> {
  const socket = await connectRaw(address.port);
  for (let i = 0; i < mib * CHUNKS_PER_MIB; i += 1) if (!socket.write(CHUNK)) await once(socket, "drain");
  socket.end();
  let answer = "";
  for await (const bytes of socket) answer += String(bytes);
  return mibOf(answer);
}
