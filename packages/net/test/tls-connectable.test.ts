import { describe, expect, it } from "vitest";
import { BrokenResourceError, ClosedResourceError } from "@anyio/core";
import {
  ConnectionFailedError,
  connectTcp,
  createTcpListener,
  SocketAttribute,
  TLSAttribute,
  TLSConnectable,
  TLSListener,
  type TLSOptions,
} from "@anyio/net";
import type { ByteStream, ByteStreamConnectable } from "@anyio/streams";
import { withTaskGroup } from "@anyio/task-groups";
import { caught } from "#support/caught";
import { makeCertificates } from "./support/certificates.js";

const { ca, server, selfSigned } = makeCertificates();

describe("TLSConnectable", () => {
  it("connects as often as it is asked to", async () => {
    const answers = await withServer(async (connectable) => {
      const secured = new TLSConnectable(connectable, { hostname: "localhost", ca });
      const texts: string[] = [];
      for (let i = 0; i < 3; i++) {
        const stream = await secured.connect();
        texts.push(`${new TextDecoder().decode(await stream.receive())} over ${stream.extra(TLSAttribute.tlsVersion)}`);
        await stream.close();
      }
      return texts;
    });

    expect(answers).toEqual(["hello over TLSv1.3", "hello over TLSv1.3", "hello over TLSv1.3"]);
  });

  it("fails where the handshake does, and closes what it had connected to", async () => {
    const streams: ByteStream[] = [];
    await withServer(async (connectable) => {
      const noting = { connect: async () => (streams[0] = await connectable.connect()) };
      const secured = new TLSConnectable(noting, { hostname: "localhost", ca: selfSigned.cert });

      const error = await caught(secured.connect(), BrokenResourceError);

      expect(error.cause).toBeInstanceOf(Error);
      await caught(streams[0]?.receive() ?? Promise.resolve(), ClosedResourceError);
    });
  });

  it("fails where no connection can be made", async () => {
    const listener = await createTcpListener({ localHost: "127.0.0.1" });
    const port = listener.extra(SocketAttribute.localPort);
    await listener.close();
    const secured = new TLSConnectable({ connect: () => connectTcp("127.0.0.1", port) }, { hostname: "localhost", ca });

    await caught(secured.connect(), ConnectionFailedError);
  });

  it.each<[string, unknown, unknown]>([
    ["no connectable", undefined, { hostname: "localhost" }],
    ["something else", {}, { hostname: "localhost" }],
    ["no host name", { connect: nowhere }, {}],
    ["a host that is no name", { connect: nowhere }, { hostname: "a b" }],
  ])("refuses %s", (_what, connectable, options) => {
    expect(() => new TLSConnectable(connectable as ByteStreamConnectable, options as TLSOptions)).toThrow(TypeError);
  });
});

function nowhere(): Promise<ByteStream> {
  return Promise.reject(new Error("nowhere"));
}

async function withServer<T>(use: (connectable: ByteStreamConnectable) => Promise<T>): Promise<T | undefined> {
  const listener = new TLSListener(await createTcpListener({ localHost: "127.0.0.1" }), server);
  const result = await withTaskGroup(async (tg) => {
    const serving = tg.startSoon(() => listener.serve((stream) => stream.send(new TextEncoder().encode("hello"))));
    const value = await use({ connect: () => connectTcp("127.0.0.1", listener.extra(SocketAttribute.localPort)) });
    serving.cancel();
    return value;
  });
  await listener.close();
  return result;
}
