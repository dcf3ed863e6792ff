import { once } from "node:events";
import type { Socket } from "node:net";
import type { Contestant, SocketsFamily } from "../contestant.js";
import { CHUNK, CHUNKS_PER_MIB, deal, MESSAGE, mibOf } from "../payload.js";
import { connectRaw, idleClients } from "../raw-clients.js";
import { type Address, ServerProcess } from "../server-process.js";

const sockets: SocketsFamily = {
  async requests(connections) {
    const server = await ServerProcess.start("node-net-loop", "echo");
    const opened = await Promise.all(Array.from({ length: connections }, () => connectRaw(server.address.port)));
    const answers = opened.map((socket) => socket[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>);
    return {
      async repeat(times) {
        const shares = deal(times, connections);
        const done = await Promise.all(
          opened.map((socket, index) => request(socket, answers[index], shares[index] ?? 0)),
        );
        return done.reduce((sum, each) => sum + each, 0);
      },
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

async function request(socket: Socket, answers: AsyncIterator<Uint8Array> | undefined, times: number): Promise<number> {
  for (let i = 0; i < times; i += 1) {
    socket.write(MESSAGE);
    let received = 0;
    while (received < MESSAGE.length) received += (await answers?.next())?.value.length;
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
