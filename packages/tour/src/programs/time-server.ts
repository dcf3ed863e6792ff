// A program of its own: tells the time by UDP and by TCP on one port, until it is told to end.
import { run } from "@anyio/core";
import { createTcpListener, createUdpSocket, SocketAttribute, type SocketStream, type UDPSocket } from "@anyio/net";
import { withTaskGroup } from "@anyio/task-groups";

await run(async () => {
  await using listener = await createTcpListener({ localHost: "127.0.0.1" });
  const localPort = listener.extra(SocketAttribute.localPort);
  await using socket = await createUdpSocket({ localHost: "127.0.0.1", localPort });
  try {
    await withTaskGroup((tg) => {
      tg.startSoon(() => listener.serve(tellByTcp));
      tg.startSoon(() => tellByUdp(socket));
      console.log(`listening on ${localPort}`);
    });
  } finally {
    console.log("closing both");
  }
});

async function tellByTcp(stream: SocketStream): Promise<void> {
  await stream.send(time());
}

async function tellByUdp(socket: UDPSocket): Promise<void> {
  for await (const [, [host, port]] of socket) await socket.sendTo(time(), host, port);
}

function time(): Uint8Array {
  return new TextEncoder().encode(new Date().toISOString());
}
