import { connect } from "node:net";
import {
  connectUnix,
  createTcpListener,
  createUnixListener,
  SocketAttribute,
  type SocketListener,
  SocketStream,
} from "@anyio/net";
import { listenerContract } from "@anyio/testing";
import { describe, it } from "vitest";
import { socketFolder } from "./support/listening.js";

const path = socketFolder();
let count = 0;

describe("SocketListener over TCP", () => {
  const make = async () => {
    const { listeners } = await createTcpListener({ localHost: "127.0.0.1" });
    const listener = listeners[0] as SocketListener;
    return { listener, connect: connectTo(() => listener.extra(SocketAttribute.localPort)) };
  };
  for (const { name, run } of listenerContract(make)) it(name, run);
});

describe("SocketListener over a Unix socket", () => {
  const make = async () => {
    const where = path(`${count++}`);
    return { listener: await createUnixListener(where), connect: () => connectUnix(where) };
  };
  for (const { name, run } of listenerContract(make)) it(name, run);
});

function connectTo(port: () => number): () => Promise<SocketStream> {
  return async () => {
    const socket = connect(port(), "127.0.0.1");
    await new Promise((resolve, reject) => socket.once("connect", resolve).once("error", reject));
    return SocketStream.fromSocket(socket);
  };
}
