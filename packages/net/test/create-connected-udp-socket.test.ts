import { describe, expect, it } from "vitest";
import { CancelledError, CancelScope, ExceptionGroup } from "@anyio/core";
import {
  ConnectionFailedError,
  createConnectedUdpSocket,
  createUdpSocket,
  SocketAttribute,
  type UDPSocketOptions,
} from "@anyio/net";
import { caught, errorOf } from "#support/caught";
import { isRuntime } from "#support/runtimes";
import { deafPort, peer } from "./support/datagrams.js";
import { closesAllSockets } from "./support/descriptors.js";

describe("createConnectedUdpSocket", () => {
  it("connects to a name", async () => {
    const server = await peer();

    await using socket = await createConnectedUdpSocket("localhost", server.port, { family: "ipv4" });
    await socket.send(Uint8Array.of(1));

    expect((await server.receive())[0]).toEqual([1]);
  });

  it("connects from the address and the port that it is told", async () => {
    const server = await peer();
    const localPort = await deafPort();

    await using socket = await createConnectedUdpSocket("127.0.0.1", server.port, {
      localHost: "127.0.0.1",
      localPort,
    });
    await socket.send(Uint8Array.of(1));

    expect((await server.receive())[1]).toEqual(["127.0.0.1", localPort]);
    expect(socket.extra(SocketAttribute.localAddress)).toEqual(["127.0.0.1", localPort]);
  });

  it("connects from the port that it is told, of any address", async () => {
    const server = await peer();
    const localPort = await deafPort();

    await using socket = await createConnectedUdpSocket("127.0.0.1", server.port, { localPort });
    await socket.send(Uint8Array.of(1));

    expect((await server.receive())[1]).toEqual(["127.0.0.1", localPort]);
  });

  it("fails for a name that there is not", async () => {
    await closesAllSockets(async () => {
      const error = await caught(createConnectedUdpSocket("nobody..invalid", 53), ConnectionFailedError);

      expect(error.message).toBe("could not connect to nobody..invalid:53: the name was not found (ENOTFOUND)");
      expect(error.cause).toBeInstanceOf(ExceptionGroup);
      expect(error.cause).toMatchObject({ errors: [{ code: "ENOTFOUND" }] });
    });
  });

  it("fails where the local port is in use", async () => {
    const server = await peer();
    const taken = await peer();

    await closesAllSockets(async () => {
      const connecting = createConnectedUdpSocket("127.0.0.1", server.port, {
        localHost: "127.0.0.1",
        localPort: taken.port,
      });
      const error = await caught(connecting, ConnectionFailedError);

      expect(error.message).toContain("the local address is in use (EADDRINUSE)");
      expect(error.cause).toMatchObject({ errors: [{ code: "EADDRINUSE" }] });
    });
  });

  it("fails where the local host is of the other family", async () => {
    const error = await caught(createConnectedUdpSocket("127.0.0.1", 9, { localHost: "::1" }), ConnectionFailedError);

    expect(error.message).toBe(
      'could not connect to 127.0.0.1:9: localHost, "::1", has no ipv4 address to connect from',
    );
  });

  it("refuses wrong arguments", async () => {
    const connect = createConnectedUdpSocket as (...args: unknown[]) => Promise<unknown>;

    await caught(connect(undefined, 9), TypeError);
    await caught(connect("", 9), RangeError);
    await caught(connect("127.0.0.1", "9"), TypeError);
    await caught(connect("127.0.0.1", 0), RangeError);
    await caught(connect("127.0.0.1", 70_000), RangeError);
    await caught(connect("127.0.0.1", 9, { family: "unix" }), TypeError);
    await caught(connect("127.0.0.1", 9, { maxQueue: 1.5 }), RangeError);
    if (isRuntime("node20", "deno")) await caught(connect("127.0.0.1", 9, { reusePort: true }), TypeError);
  });

  it("makes nothing in a cancelled scope", async () => {
    await closesAllSockets(async () => {
      const scope = new CancelScope();
      scope.cancel();

      expect(await scope.run(() => errorOf(createConnectedUdpSocket("127.0.0.1", 9)))).toBeInstanceOf(CancelledError);
    });
  });

  it.each<[string, UDPSocketOptions]>([
    ["127.0.0.1", {}],
    ["localhost", { localHost: "127.0.0.1" }],
  ])("leaves nothing open when it is cancelled at any time: %s %o", async (host, options) => {
    await using server = await createUdpSocket({ localHost: "127.0.0.1" });
    const port = server.extra(SocketAttribute.localPort);

    await closesAllSockets(async () => {
      for (let steps = 0; steps < 16; steps++) {
        const scope = new CancelScope();
        const made = scope.run(async () => {
          await using socket = await createConnectedUdpSocket(host, port, options);
          return socket;
        });
        for (let i = 0; i < steps; i++) await undefined;
        scope.cancel();
        await made;
      }
    });
  });
});
