// The program of a server's process: loops over sockets.
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { type Address, answerParent, type Service } from "../server-process.js";

await answerParent(serve);

async function serve(service: Service): Promise<Address> {
  const handler = service === "echo" ? echo : count;
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => void handler(socket));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { port: (server.address() as AddressInfo).port };
}

async function echo(socket: Socket): Promise<void> {
  try {
    for await (const bytes of socket) if (!socket.write(bytes as Uint8Array)) await once(socket, "drain");
  } catch {
    // Whoever goes away without a word is none of our business.
  }
}

async function count(socket: Socket): Promise<void> {
  let received = 0;
  // A loop over the socket itself would destroy it, with the answer still to be sent.
  for await (const bytes of socket.iterator({ destroyOnReturn: false })) received += (bytes as Uint8Array).length;
  socket.end(String(received));
}
