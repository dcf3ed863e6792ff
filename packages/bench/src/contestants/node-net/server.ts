// The program of a server's process: callbacks, and nothing between them and the socket.
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { makeCredentials } from "../credentials.js";
import { GREETING } from "../payload.js";
import { type Address, answerParent, type Service } from "../server-process.js";

await answerParent(serve);

async function serve(service: Service): Promise<Address> {
  switch (service) {
    case "echo":
      return await serveTcp(echo);
    case "count":
      return await serveTcp(count);
    case "greet":
      return await serveTcp((socket) => socket.end(GREETING));
    case "hold":
      return await serveTcp(hold);
    case "datagrams":
      return await serveUdp();
    case "count-tls":
    case "count-tls-strict":
      return await serveTls();
  }
}

async function serveTcp(handler: (socket: Socket) => void): Promise<Address> {
  return { port: await listen(createServer({ allowHalfOpen: true, noDelay: true }, quiet(handler))) };
}

async function serveTls(): Promise<Address> {
  const { key, cert } = await makeCredentials();
  const server = createTlsServer({ allowHalfOpen: true, noDelay: true, key, cert }, quiet(count));
  return { port: await listen(server), certificate: cert };
}

async function serveUdp(): Promise<Address> {
  const socket = createSocket("udp4");
  socket.on("message", (data, { port, address }) => socket.send(data, port, address));
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  return { port: socket.address().port };
}

async function listen(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

/** Whoever goes away without a word is none of our business. */
function quiet(handler: (socket: Socket) => void): (socket: Socket) => void {
  return (socket) => {
    socket.on("error", () => {});
    handler(socket);
  };
}

function echo(socket: Socket): void {
  socket.on("data", (bytes) => {
    if (!socket.write(bytes)) socket.pause();
  });
  socket.on("drain", () => socket.resume());
  socket.on("end", () => socket.end());
}

function hold(socket: Socket): void {
  socket.on("data", () => socket.end());
  socket.on("end", () => socket.end());
}

function count(socket: Socket): void {
  let received = 0;
  socket.on("data", (bytes) => {
    received += bytes.length;
  });
  socket.on("end", () => socket.end(String(received)));
}
