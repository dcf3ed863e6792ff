import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import {
  BrokenResourceError,
  CancelledError,
  CancelScope,
  failAfter,
  TimeoutError,
  waitAllTasksBlocked,
} from "@anyio/core";
import {
  ConnectionFailedError,
  connectTcp,
  type ConnectTcpOptions,
  SocketAttribute,
  SocketStream,
  TLSAttribute,
  TLSStream,
} from "@anyio/net";
import { caught, errorOf } from "#support/caught";
import { makeCertificates } from "./support/certificates.js";
import { freePort, greetTcp } from "./support/greeter.js";
import { closesAllSockets } from "./support/descriptors.js";

const { ca, server } = makeCertificates();
const identity = { cert: server.cert, key: server.key };

describe("connectTcp with TLS", () => {
  it.each<[string, ConnectTcpOptions]>([
    ["localhost", { tls: true, tlsOptions: { ca } }],
    ["localhost", { tlsOptions: { ca } }],
    ["127.0.0.1", { tlsOptions: { ca } }],
    ["127.0.0.1", { tlsOptions: { ca }, serverName: "localhost" }],
    ["127.0.0.1", { tlsOptions: { ca, hostname: "localhost" } }],
    ["127.0.0.1", { tlsOptions: { ca, hostname: "wrong.example" }, serverName: "bücher.example" }],
    ["127.0.0.1", { tlsOptions: { ca, standardCompatible: false } }],
  ])("speaks TLS with whom it is told: %s %o", async (host, options) => {
    const { port } = await greetTcp("127.0.0.1", identity);

    await using stream = await connectTcp(host, port, options);

    expect(stream).toBeInstanceOf(TLSStream);
    expect(new TextDecoder().decode(await stream.receive())).toBe("hello");
    expect(stream.extra(SocketAttribute.remotePort)).toBe(port);
    expect(stream.extra(TLSAttribute.serverSide)).toBe(false);
  });

  it("does not where it is told not to", async () => {
    const { port } = await greetTcp();

    await using stream = await connectTcp("127.0.0.1", port, { tls: false, serverName: "localhost" });

    expect(stream).toBeInstanceOf(SocketStream);
  });

  it("fails with the handshake, and closes the connection", async () => {
    const { port } = await greetTcp("127.0.0.1", identity);

    await closesAllSockets(async () => {
      const untrusted = await caught(connectTcp("localhost", port, { tls: true }), BrokenResourceError);
      const other = await caught(
        connectTcp("localhost", port, { tlsOptions: { ca }, serverName: "example.com" }),
        BrokenResourceError,
      );

      expect(untrusted.cause).toBeInstanceOf(Error);
      expect(other.cause).toMatchObject({ code: "ERR_TLS_CERT_ALTNAME_INVALID" });
    });
  });

  it("fails as ever where nobody listens", async () => {
    await caught(connectTcp("127.0.0.1", await freePort(), { tls: true }), ConnectionFailedError);
  });

  it("refuses wrong options before it connects", async () => {
    const { port, clients } = await greetTcp();

    await caught(connectTcp("127.0.0.1", port, { tlsOptions: { ca: 1 as unknown as string } }), TypeError);
    await caught(connectTcp("127.0.0.1", port, { tlsOptions: { serverSide: true } as object }), TypeError);
    await caught(connectTcp("127.0.0.1", port, { serverName: 7 as unknown as string }), TypeError);

    expect(clients).toEqual([]);
  });

  it("fails where the other side does not speak TLS", async () => {
    const { port } = await greetTcp();

    await closesAllSockets(async () => {
      await caught(connectTcp("127.0.0.1", port, { tls: true }), BrokenResourceError);
    });
  });

  it("leaves nothing open when it is cancelled, or its time is up, in the handshake", async () => {
    await using host = await mute();

    await closesAllSockets(async () => {
      await caught(
        failAfter(50, () => connectTcp("127.0.0.1", host.port, { tls: true })),
        TimeoutError,
      );
      const scope = new CancelScope();
      const connecting = scope.run(() => errorOf(connectTcp("127.0.0.1", host.port, { tls: true })));
      await waitAllTasksBlocked();
      scope.cancel();
      expect(await connecting).toBeInstanceOf(CancelledError);
      await host.forget();
    });
  });
});

/** Accepts whoever connects, and says nothing. */
async function mute(): Promise<{ readonly port: number; forget(): Promise<void> } & AsyncDisposable> {
  const sockets = new Set<{ destroy(): unknown }>();
  const server = createServer((socket) => {
    sockets.add(socket.on("error", () => socket.destroy()).on("close", () => sockets.delete(socket)));
    socket.resume();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const forget = async (): Promise<void> => {
    while (sockets.size > 0) await new Promise((resolve) => setTimeout(resolve, 1));
  };
  return {
    port: (server.address() as { port: number }).port,
    forget,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => void server.close(() => resolve())),
  };
}
