import { connectTcp, createConnectedUdpSocket } from "@anyio/net";
import { type ByteStream, TextReceiveStream } from "@anyio/streams";
import { gather } from "@anyio/task-groups";
import type { SocketsFamily, Transport } from "../contestant.js";
import { CHUNK, CHUNKS_PER_MIB, MESSAGE, mibOf } from "../payload.js";
import { type Address, ServerProcess, type Service } from "../server-process.js";
import { deal, sum } from "../shares.js";

const HOST = "127.0.0.1";
const SERVICE = { tcp: "count", tls: "count-tls", "tls-strict": "count-tls-strict" } as const satisfies Record<
  Transport,
  Service
>;

export const sockets: SocketsFamily = {
  async requests(connections) {
    const server = await ServerProcess.start("anyio", "echo");
    const streams = await gather(Array.from({ length: connections }, () => () => connect(server)));
    return {
      repeat: async (times) =>
        sum(await gather(deal(times, connections).map((own, index) => () => request(streams[index], own)))),
      async close() {
        await gather(streams.map((stream) => () => stream.close()));
        await server.stop();
      },
    };
  },

  async upload(transport) {
    const server = await ServerProcess.start("anyio", SERVICE[transport]);
    return { repeat: (mib) => upload(server.address, transport, mib), close: () => server.stop() };
  },

  async datagrams(inFlight) {
    const server = await ServerProcess.start("anyio", "datagrams");
    const socket = await createConnectedUdpSocket(HOST, server.address.port);
    return {
      async repeat(times) {
        let [sent, received] = [0, 0];
        for (; sent < Math.min(inFlight, times); sent += 1) await socket.send(MESSAGE);
        for (; received < times; received += 1) {
          await socket.receive();
          if (sent === times) continue;
          await socket.send(MESSAGE);
          sent += 1;
        }
        return received;
      },
      async close() {
        await socket.close();
        await server.stop();
      },
    };
  },

  async connections(atOnce) {
    const server = await ServerProcess.start("anyio", "greet");
    return {
      repeat: async (times) => sum(await gather(deal(times, atOnce).map((own) => () => greet(server, own)))),
      close: () => server.stop(),
    };
  },

  async idle() {
    const server = await ServerProcess.start("anyio", "hold");
    const streams: ByteStream[] = [];
    return {
      async connect(connections) {
        for (let i = 0; i < connections; i += 1) streams.push(await connect(server));
      },
      memory: () => server.memory(),
      async close() {
        for (const stream of streams) await stream.close();
        await server.stop();
      },
    };
  },
};

function connect({ address }: ServerProcess): Promise<ByteStream> {
  return connectTcp(HOST, address.port);
}

async function request(stream: ByteStream | undefined, times: number): Promise<number> {
  if (stream === undefined) return 0;
  for (let i = 0; i < times; i += 1) {
    await stream.send(MESSAGE);
    let received = 0;
    while (received < MESSAGE.length) received += (await stream.receive()).length;
  }
  return times;
}

async function upload(address: Address, transport: Transport, mib: number): Promise<number> {
  await using stream = await open(address, transport);
  for (let i = 0; i < mib * CHUNKS_PER_MIB; i += 1) await stream.send(CHUNK);
  await stream.sendEof();
  let answer = "";
  for await (const text of new TextReceiveStream(stream)) answer += text;
  return mibOf(answer);
}

function open({ port, certificate }: Address, transport: Transport): Promise<ByteStream> {
  if (transport === "tcp") return connectTcp(HOST, port);
  const standardCompatible = transport === "tls-strict";
  return connectTcp(HOST, port, { serverName: "localhost", tlsOptions: { ca: certificate, standardCompatible } });
}

async function greet(server: ServerProcess, times: number): Promise<number> {
  let greeted = 0;
  for (let i = 0; i < times; i += 1) {
    await using stream = await connect(server);
    for await (const bytes of stream) greeted += bytes.length;
  }
  return greeted;
}
