import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { Contestant, SocketsFamily, Transport } from "../contestant.js";
import { CHUNK, CHUNKS_PER_MIB, MESSAGE, mibOf } from "../payload.js";
import { connectRaw, idleClients } from "../raw-clients.js";
import { type Address, ServerProcess } from "../server-process.js";
import { inHands } from "../shares.js";

const HOST = "127.0.0.1";

const sockets: SocketsFamily = {
  async requests(connections) {
    const server = await ServerProcess.start("node-net", "echo");
    const opened = await Promise.all(Array.from({ length: connections }, () => connectRaw(server.address.port)));
    return {
      repeat: (times) => inHands(times, connections, (own, hand) => request(opened[hand], own)),
      async close() {
        for (const socket of opened) socket.destroy();
        await server.stop();
      },
    };
  },

  async upload(transport) {
    const server = await ServerProcess.start("node-net", transport === "tcp" ? "count" : "count-tls");
    return { repeat: (mib) => upload(server.address, transport, mib), close: () => server.stop() };
  },

  async datagrams(inFlight) {
    const server = await ServerProcess.start("node-net", "datagrams");
    const socket = createSocket("udp4");
    socket.connect(server.address.port, HOST);
    await once(socket, "connect");
    return {
      repeat: (times) =>
        new Promise((resolve, reject) => {
          let [sent, received] = [0, 0];
          socket.once("error", reject);
          const send = () => {
            sent += 1;
            socket.send(MESSAGE);
          };
          const receive = () => {
            received += 1;
            if (sent < times) send();
            if (received < times) return;
            socket.off("message", receive).off("error", reject);
            resolve(received);
          };
          socket.on("message", receive);
          while (sent < Math.min(inFlight, times)) send();
        }),
      async close() {
        socket.close();
        await server.stop();
      },
    };
  },

  async connections(atOnce) {
    const server = await ServerProcess.start("node-net", "greet");
    return {
      repeat: (times) => inHands(times, atOnce, (own) => greet(server.address, own)),
      close: () => server.stop(),
    };
  },

  idle: idleClients("node-net"),
};

export const nodeNet: Contestant = { sockets };

async function request(socket: Socket | undefined, times: number): Promise<number> {
  if (socket === undefined) return 0;
  return await new Promise((resolve, reject) => {
    let [left, received] = [times, 0];
    const answered = (bytes: Uint8Array) => {
      received += bytes.length;
      if (received < MESSAGE.length) return;
      received = 0;
      left -= 1;
      if (left > 0) return void socket.write(MESSAGE);
      socket.off("data", answered).off("error", reject);
      resolve(times);
    };
    socket.on("data", answered).on("error", reject);
    socket.write(MESSAGE);
  });
}

function upload(address: Address, transport: Transport, mib: number): Promise<number> {
  const { port, certificate } = address;
  return new Promise((resolve, reject) => {
    const options = { port, host: HOST, noDelay: true, allowHalfOpen: true };
    const socket =
      transport === "tcp" ? connect(options) : connectTls({ ...options, ca: certificate, servername: "localhost" });
    let left = mib * CHUNKS_PER_MIB;
    let answer = "";
    const fill = () => {
      while (left > 0) {
        left -= 1;
        if (!socket.write(CHUNK)) return;
      }
      socket.off("drain", fill);
      socket.end();
    };
    socket.on("drain", fill);
    socket.on("data", (bytes) => {
      answer += bytes.toString();
    });
    socket.on("error", reject);
    socket.on("close", () => resolve(mibOf(answer)));
    socket.once(transport === "tcp" ? "connect" : "secureConnect", fill);
  });
}

function greet({ port }: Address, times: number): Promise<number> {
  return new Promise((resolve, reject) => {
    let [left, greeted] = [times, 0];
    const next = () => {
      if (left === 0) return resolve(greeted);
      left -= 1;
      const socket = connect({ port, host: HOST, noDelay: true });
      socket.on("data", (bytes) => {
        greeted += bytes.length;
      });
      socket.on("error", reject);
      socket.on("close", next);
    };
    next();
  });
}
