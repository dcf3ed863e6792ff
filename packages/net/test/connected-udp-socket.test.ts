import { createSocket, type Socket } from "node:dgram";
import { networkInterfaces } from "node:os";
import { describe, expect, it } from "vitest";
import {
  BrokenResourceError,
  BusyResourceError,
  CancelledError,
  CancelScope,
  ClosedResourceError,
  failAfter,
  InvalidStateError,
  waitAllTasksBlocked,
} from "@anyio/core";
import { ConnectedUDPSocket, createConnectedUdpSocket, SocketAttribute } from "@anyio/net";
import { assertNoLeaks, objectStreamContract } from "@anyio/testing";
import { caught, errorOf } from "#support/caught";
import { skipOn } from "#support/runtimes";
import { deafPort, type Peer, peer } from "./support/datagrams.js";
import { closesAllSockets } from "./support/descriptors.js";

const bytes = (...numbers: number[]): Uint8Array => Uint8Array.from(numbers);

/** Calls `fn` with a socket that is connected to a peer, and its own address; closes it. */
async function withSocket<T>(
  fn: (socket: ConnectedUDPSocket, peer: Peer, address: readonly [string, number]) => Promise<T>,
): Promise<T> {
  const server = await peer();
  const socket = await createConnectedUdpSocket(server.host, server.port, { localHost: "127.0.0.1" });
  try {
    return await fn(socket, server, ["127.0.0.1", socket.extra(SocketAttribute.localPort)]);
  } finally {
    await socket.close();
  }
}

/** Two that are connected to each other. */
async function pair(): Promise<[ConnectedUDPSocket, ConnectedUDPSocket]> {
  const [one, other] = [await peer(), await peer()];
  await new Promise<void>((resolve) => one.socket.connect(other.port, other.host, resolve));
  await new Promise<void>((resolve) => other.socket.connect(one.port, one.host, resolve));
  for (const { socket } of [one, other]) socket.removeAllListeners("message");
  return [ConnectedUDPSocket.fromSocket(one.socket), ConnectedUDPSocket.fromSocket(other.socket)];
}

describe("ConnectedUDPSocket", () => {
  it("sends to its peer, and receives from it", async () => {
    await withSocket(async (socket, peer, address) => {
      await socket.send(bytes(1, 2));
      const received = await peer.receive();
      await peer.send([3, 4], address);

      expect(received).toEqual([[1, 2], address]);
      expect(await socket.receive()).toEqual(bytes(3, 4));
    });
  });

  it("receives from nobody else", async () => {
    await withSocket(async (socket, friend, address) => {
      const stranger = await peer();

      await stranger.send([1], address);
      await friend.send([2], address);

      expect(await socket.receive()).toEqual(bytes(2));
    });
  });

  it("receives nothing that a stranger has sent before it was connected", async () => {
    const [friend, stranger] = [await peer(), await peer()];
    const raw = createSocket("udp4");
    await new Promise<void>((resolve) => raw.bind(0, "127.0.0.1", resolve));
    const { port } = raw.address();
    await stranger.send([1], ["127.0.0.1", port]);
    const socket = await new Promise<ConnectedUDPSocket>((resolve) => {
      raw.connect(friend.port, friend.host, () => resolve(ConnectedUDPSocket.fromSocket(raw)));
    });

    await friend.send([2], ["127.0.0.1", port]);

    expect(await socket.receive()).toEqual(bytes(2));
    await socket.close();
  });

  it("works over IPv6, however the address is written", async () => {
    const server = await peer("::1");
    await using socket = await createConnectedUdpSocket("0:0:0:0:0:0:0:1", server.port);

    await socket.send(bytes(6));
    const [, from] = await server.receive();
    await server.send([7], from);

    expect(await failAfter(2_000, () => socket.receive())).toEqual(bytes(7));
    expect(socket.extra(SocketAttribute.remoteAddress)).toEqual(["::1", server.port]);
  });

  it("works over an address with a zone", async ({ skip }) => {
    const own = linkLocal();
    if (own === undefined) return skip("this machine has no link-local address");
    const server = await peer(own);
    await using socket = await createConnectedUdpSocket(own, server.port);

    await socket.send(bytes(6));
    const [, from] = await server.receive();
    await server.send([7], from);

    expect(await failAfter(2_000, () => socket.receive())).toEqual(bytes(7));
  });

  it("keeps the borders of datagrams, also of empty ones", async () => {
    await withSocket(async (socket, _peer, address) => {
      for (const datagram of [[1, 2], [], [3]]) await _peer.send(datagram, address);

      const received = [await socket.receive(), await socket.receive(), await socket.receive()];

      expect(received).toEqual([bytes(1, 2), bytes(), bytes(3)]);
    });
  });

  it("is iterated over, and left open by a loop that is left", async () => {
    await withSocket(async (socket, peer, address) => {
      for (const n of [1, 2, 3]) await peer.send([n], address);
      const received: Uint8Array[] = [];

      for await (const datagram of socket) {
        received.push(datagram);
        if (received.length === 2) break;
      }

      expect(received).toEqual([bytes(1), bytes(2)]);
      expect(await socket.receive()).toEqual(bytes(3));
    });
  });

  it("tells once, who waits to receive, that nobody listens", async () => {
    skipOn("deno", "is not told of refusals");
    const port = await deafPort();
    await using socket = await createConnectedUdpSocket("127.0.0.1", port);
    const receiving = caught(socket.receive(), BrokenResourceError);

    await socket.send(bytes(1));
    const error = await receiving;

    expect(error.message).toContain(
      `the UDP socket to 127.0.0.1:${port} has failed: nobody listens there (ECONNREFUSED)`,
    );
    expect(error.cause).toMatchObject({ code: "ECONNREFUSED" });
    const server = await peer("127.0.0.1", port);
    await socket.send(bytes(2));
    const [received, from] = await server.receive();
    await server.send([3], from);
    expect(received).toEqual([2]);
    expect(await socket.receive()).toEqual(bytes(3));
  });

  it("tells the next operation that nobody listens, where none waits", async () => {
    skipOn("deno", "is not told of refusals");
    await using socket = await createConnectedUdpSocket("127.0.0.1", await deafPort());
    const outcomes: string[] = [];

    const raw = socket.extra(SocketAttribute.rawSocket) as Socket;
    for (let i = 0; i < 2; i++) {
      const refused = new Promise((resolve) => raw.once("error", resolve));
      await socket.send(bytes(i)).then(() => outcomes.push("sent"));
      await refused;
      await caught(i === 0 ? socket.send(bytes(i)) : socket.receive(), BrokenResourceError);
      outcomes.push("refused");
    }

    expect(outcomes).toEqual(["sent", "refused", "sent", "refused"]);
  });

  it("is used on after any number of refusals", async () => {
    const port = await deafPort();
    await using socket = await createConnectedUdpSocket("127.0.0.1", port);
    let refused = 0;
    for (let i = 0; i < 20; i++) await socket.send(bytes(i)).catch(() => refused++);

    const server = await peer("127.0.0.1", port);
    const send = (): Promise<void> => socket.send(bytes(100)).catch(send);
    await send();

    let [received] = await server.receive();
    while (received[0] !== 100) [received] = await server.receive();
    expect(refused).toBeLessThan(20);
  });

  it("refuses a datagram that is too large, and can be used on", async () => {
    await withSocket(async (socket, peer) => {
      const error = await caught(socket.send(new Uint8Array(70_000)), RangeError);
      await socket.send(bytes(1));

      expect(error.message).toContain("70000 bytes");
      expect((await peer.receive())[0]).toEqual([1]);
    });
  });

  it("refuses a second receive while one waits", async () => {
    await withSocket(async (socket, peer, address) => {
      const first = socket.receive();

      await caught(socket.receive(), BusyResourceError);
      await peer.send([1], address);

      expect(await first).toEqual(bytes(1));
    });
  });

  it("loses no datagram to a receive that is cancelled", async () => {
    await withSocket(async (socket, peer, address) => {
      const scope = new CancelScope();
      const cancelled = scope.run(() => socket.receive());
      await waitAllTasksBlocked();

      scope.cancel();
      await cancelled;
      await peer.send([1], address);

      expect(await socket.receive()).toEqual(bytes(1));
    });
  });

  it("does nothing in a cancelled scope", async () => {
    await withSocket(async (socket, peer) => {
      const scope = new CancelScope();
      scope.cancel();

      const error = await scope.run(() => errorOf(socket.send(bytes(1))));
      await socket.send(bytes(2));

      expect(error).toBeInstanceOf(CancelledError);
      expect((await peer.receive())[0]).toEqual([2]);
    });
  });

  it("tells whoever waits that it is closed by another task, and refuses what comes later", async () => {
    await withSocket(async (socket) => {
      const receiving = errorOf(socket.receive());
      await waitAllTasksBlocked();

      await Promise.all([socket.close(), socket.close()]);

      expect(await receiving).toBeInstanceOf(ClosedResourceError);
      await caught(socket.receive(), ClosedResourceError);
      await caught(socket.send(bytes(1)), ClosedResourceError);
    });
  });

  it("refuses what is no datagram", async () => {
    await withSocket(async (socket) => {
      await caught(socket.send("hello" as unknown as Uint8Array), TypeError);
    });
  });

  it("counts what it keeps and what it drops", async () => {
    const server = await peer();
    await using socket = await createConnectedUdpSocket(server.host, server.port, { maxQueue: 1 });
    await socket.send(bytes(0));
    const [, from] = await server.receive();

    await server.send([1], from);
    await server.send([2], from);
    while (socket.statistics().dropped === 0) await new Promise((resolve) => setTimeout(resolve, 1));

    expect(socket.statistics()).toEqual({ queued: 1, dropped: 1 });
    expect(await socket.receive()).toEqual(bytes(2));
  });

  it("knows its family, both addresses and ports, and Node's socket", async () => {
    await withSocket(async (socket, peer, [host, port]) => {
      expect(socket.extra(SocketAttribute.family)).toBe("ipv4");
      expect(socket.extra(SocketAttribute.localPort)).toBe(port);
      expect(socket.extra(SocketAttribute.remoteAddress)).toEqual([peer.host, peer.port]);
      expect(socket.extra(SocketAttribute.remotePort)).toBe(peer.port);
      expect(socket.extra(SocketAttribute.rawSocket)).toHaveProperty("bind");
      expect(socket.extra(SocketAttribute.localAddress)).toEqual([host, port]);
    });
  });

  it("is a leak where it is not closed", async () => {
    const port = await deafPort();

    const error = await caught(
      assertNoLeaks(() => createConnectedUdpSocket("127.0.0.1", port)),
      Error,
    );

    expect(error.message).toContain(`the UDP socket to 127.0.0.1:${port}`);
  });
});

describe("ConnectedUDPSocket.fromSocket", () => {
  it("refuses what is no socket, not connected, or closed", async () => {
    const { socket: bound } = await peer();

    expect(() => ConnectedUDPSocket.fromSocket({} as Socket)).toThrow(TypeError);
    expect(() => ConnectedUDPSocket.fromSocket(bound)).toThrow(InvalidStateError);
    expect(() => ConnectedUDPSocket.fromSocket(bound, { maxQueue: -1 })).toThrow(RangeError);
    bound.close();
    expect(() => ConnectedUDPSocket.fromSocket(bound)).toThrow(InvalidStateError);
  });

  it("leaves no socket behind once it is closed", async () => {
    await closesAllSockets(async () => {
      for (const socket of await pair()) await socket.close();
    });
  });
});

describe("ConnectedUDPSocket as a stream of objects", () => {
  // A datagram tells nothing of an end; Deno is not told that the other side is gone.
  const notHere = /^ends |^is iterated over to its end|^tells a sender that/;
  const cases = objectStreamContract(pair, (n) => bytes(n)).filter(({ name }) => !notHere.test(name));
  for (const { name, run } of cases) it(name, run);
});

function linkLocal(): string | undefined {
  for (const [name, addresses = []] of Object.entries(networkInterfaces())) {
    const own = addresses.find(({ address }) => address.startsWith("fe80:"));
    if (own !== undefined) return `${own.address}%${name}`;
  }
  return undefined;
}
