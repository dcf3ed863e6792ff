// The program of a server's process.
import { EndOfStreamError } from "@anyio/core";
import { createTcpListener, createUdpSocket, SocketAttribute, TLSListener } from "@anyio/net";
import type { ByteStream, Listener } from "@anyio/streams";
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
      return await serveTcp((stream) => stream.send(GREETING));
    case "hold":
      return await serveTcp(hold);
    case "datagrams":
      return await serveUdp();
    case "count-tls":
      return await serveTls(false);
    case "count-tls-strict":
      return await serveTls(true);
  }
}

async function serveTcp(handler: (stream: ByteStream) => Promise<void>): Promise<Address> {
  const listener = await createTcpListener({ localHost: "127.0.0.1" });
  start(listener, handler);
  return { port: listener.extra(SocketAttribute.localPort) };
}

async function serveTls(standardCompatible: boolean): Promise<Address> {
  const { key, cert } = await makeCredentials();
  const listener = await createTcpListener({ localHost: "127.0.0.1" });
  start(new TLSListener(listener, { key, cert, standardCompatible }), count);
  return { port: listener.extra(SocketAttribute.localPort), certificate: cert };
}

async function serveUdp(): Promise<Address> {
  const socket = await createUdpSocket({ localHost: "127.0.0.1" });
  void echoDatagrams();
  return { port: socket.extra(SocketAttribute.localPort) };

  async function echoDatagrams(): Promise<void> {
    for await (const [data, [host, port]] of socket) await socket.sendTo(data, host, port);
  }
}

/** Until the process ends. Whoever goes away without a word is none of our business. */
function start<T extends ByteStream>(listener: Listener<T>, handler: (stream: T) => Promise<void>): void {
  void listener.serve(handler, { onError: () => {} });
}

async function echo(stream: ByteStream): Promise<void> {
  for await (const bytes of stream) await stream.send(bytes);
}

async function count(stream: ByteStream): Promise<void> {
  let received = 0;
  for await (const bytes of stream) received += bytes.length;
  await stream.send(new TextEncoder().encode(String(received)));
}

async function hold(stream: ByteStream): Promise<void> {
  try {
    await stream.receive();
  } catch (error) {
    if (!(error instanceof EndOfStreamError)) throw error;
  }
}
