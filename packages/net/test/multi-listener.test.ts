import { connect } from "node:net";
import { createTcpListener, SocketAttribute, SocketStream } from "@anyio/net";
import { listenerContract } from "@anyio/testing";
import { describe, it } from "vitest";

describe("MultiListener", () => {
  const make = async () => {
    const listener = await createTcpListener();
    let count = 0;
    const connectToIt = async () => {
      const host = count++ % 2 === 0 ? "127.0.0.1" : "::1";
      const socket = connect(listener.extra(SocketAttribute.localPort), host);
      await new Promise((resolve, reject) => socket.once("connect", resolve).once("error", reject));
      return SocketStream.fromSocket(socket);
    };
    return { listener, connect: connectToIt };
  };
  for (const { name, run } of listenerContract(make)) it(name, run);
});
