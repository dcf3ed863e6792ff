import { createSocket, type Socket } from "node:dgram";
import { describe, expect, it } from "vitest";
import {
  BusyResourceError,
  CancelledError,
  CancelScope,
  ClosedResourceError,
  forceClose,
  getRunningTasks,
  InvalidStateError,
  moveOnAfter,
  run,
  sleep,
  waitAllTasksBlocked,
} from "@anyio/core";
import { createUdpSocket, SocketAttribute, UDPSocket } from "@anyio/net";
import { gather, withTaskGroup } from "@anyio/task-groups";
import { assertNoLeaks } from "@anyio/testing";
import { caught, errorOf } from "#support/caught";
import { unhandledRejectionsOf } from "#support/unhandled";
import { deafPort, peer } from "./support/datagrams.js";
import { closesAllSockets } from "./support/descriptors.js";
import { mayLeak } from "#support/may-leak";

const bytes = (...numbers: number[]): Uint8Array => Uint8Array.from(numbers);

/** Calls `fn` with a UDP socket on 127.0.0.1, and closes it. */
async function withSocket<T>(
  fn: (socket: UDPSocket, address: readonly [string, number]) => Promise<T>,
  maxQueue?: number,
): Promise<T> {
  const socket = await createUdpSocket({ localHost: "127.0.0.1", ...(maxQueue ? { maxQueue } : {}) });
  try {
    return await fn(socket, ["127.0.0.1", socket.extra(SocketAttribute.localPort)]);
  } finally {
    await socket.close();
  }
}

/** Waits until `count` datagrams are queued, or dropped. */
async function untilCome(socket: UDPSocket, count: number): Promise<void> {
  for (let come = 0; come < count;) {
    await sleep(1);
    const { queued, dropped } = socket.statistics();
    come = queued + dropped;
  }
}

describe("UDPSocket", () => {
  it("receives datagrams and who has sent them", async () => {
    await withSocket(async (socket, address) => {
      const sender = await peer();

      await sender.send([1, 2, 3], address);

      expect(await socket.receive()).toEqual([bytes(1, 2, 3), ["127.0.0.1", sender.port]]);
    });
  });

  it("sends datagrams to whom it is told", async () => {
    await withSocket(async (socket, address) => {
      const [one, other] = [await peer(), await peer()];

      await socket.sendTo(bytes(1), one.host, one.port);
      await socket.send([bytes(2), [other.host, other.port]]);

      expect(await one.receive()).toEqual([[1], address]);
      expect(await other.receive()).toEqual([[2], address]);
    });
  });

  it("answers with what it has received", async () => {
    await withSocket(async (socket, address) => {
      const client = await peer();
      const echo = async () => socket.send(await socket.receive());

      await Promise.all([echo(), client.send([4, 2], address)]);

      expect(await client.receive()).toEqual([[4, 2], address]);
    });
  });

  it("keeps the borders of datagrams, also of empty ones", async () => {
    await withSocket(async (socket, [host, port]) => {
      await socket.sendTo(bytes(1, 2), host, port);
      await socket.sendTo(bytes(), host, port);
      await socket.sendTo(new Uint8Array(60_000), host, port);

      const sizes = [await socket.receive(), await socket.receive(), await socket.receive()].map(
        ([{ length }]) => length,
      );

      expect(sizes).toEqual([2, 0, 60_000]);
    });
  });

  it("hands over plain bytes that keep no more memory than they need", async () => {
    await withSocket(async (socket, [host, port]) => {
      await socket.sendTo(bytes(1, 2), host, port);

      const [received] = await socket.receive();

      expect(received.constructor).toBe(Uint8Array);
      expect(received.buffer.byteLength).toBeLessThan(9000);
    });
  });

  it("sends a part of a buffer, and lets go of it once it is sent", async () => {
    await withSocket(async (socket, [host, port]) => {
      const buffer = bytes(1, 2, 3, 4);

      await socket.sendTo(buffer.subarray(1, 3), host, port);
      buffer.fill(9);

      expect((await socket.receive())[0]).toEqual(bytes(2, 3));
    });
  });

  it("is iterated over, and left open by a loop that is left", async () => {
    await withSocket(async (socket, [host, port]) => {
      for (const n of [1, 2, 3]) await socket.sendTo(bytes(n), host, port);
      const received: number[] = [];

      for await (const [[n]] of socket) {
        received.push(n as number);
        if (n === 2) break;
      }

      expect(received).toEqual([1, 2]);
      expect((await socket.receive())[0]).toEqual(bytes(3));
    });
  });

  it("waits for a datagram, and says so", async () => {
    await withSocket(async (socket, address) => {
      const sender = await peer();

      const labels = await run(
        () =>
          withTaskGroup(async (tg) => {
            const receiving = tg.startSoon(() => socket.receive());
            await waitAllTasksBlocked();
            const waitingFor = getRunningTasks().map((task) => task.waitingFor);
            await sender.send([1], address);
            await receiving.result();
            return waitingFor;
          }),
        { signals: [] },
      );

      expect(labels).toContain("a datagram");
    });
  });

  it("lets any number of tasks send", async () => {
    await withSocket(async (socket, [host, port]) => {
      const sends = Array.from({ length: 100 }, (_, n) => () => socket.sendTo(bytes(n), host, port));
      const received = async () => {
        const numbers = new Set<number | undefined>();
        while (numbers.size < 100) numbers.add((await socket.receive())[0][0]);
        return numbers.size;
      };

      const [, count] = await Promise.all([gather(sends), received()]);

      expect(count).toBe(100);
    });
  });

  it("does not starve timers by sending", async () => {
    await withSocket(async (socket) => {
      const port = await deafPort();
      let sent = 0;

      await moveOnAfter(30, async () => {
        for (;;) {
          await socket.sendTo(bytes(1), "127.0.0.1", port);
          sent++;
        }
      });

      expect(sent).toBeGreaterThan(0);
    });
  });

  it("refuses a second receive while one waits", async () => {
    await withSocket(async (socket, [host, port]) => {
      const first = socket.receive();

      await caught(socket.receive(), BusyResourceError);
      await socket.sendTo(bytes(1), host, port);

      expect((await first)[0]).toEqual(bytes(1));
    });
  });

  it("keeps what nobody receives up to its maximum, and then drops the oldest", async () => {
    await withSocket(async (socket, [host, port]) => {
      for (const n of [1, 2, 3, 4, 5]) await socket.sendTo(bytes(n), host, port);
      await untilCome(socket, 5);

      expect(socket.statistics()).toEqual({ queued: 3, dropped: 2 });
      const received = [await socket.receive(), await socket.receive(), await socket.receive()];
      expect(received.map(([[n]]) => n)).toEqual([3, 4, 5]);
      expect(socket.statistics()).toEqual({ queued: 0, dropped: 2 });
    }, 3);
  });

  it("keeps 1,024 datagrams unless told", async () => {
    await withSocket(async (socket, [host, port]) => {
      for (let n = 0; n < 1030; n++) {
        await socket.sendTo(bytes(n & 255), host, port);
        // More would be too many for the system.
        if (n % 50 === 49) await untilCome(socket, n + 1);
      }

      await untilCome(socket, 1030);

      expect(socket.statistics()).toEqual({ queued: 1024, dropped: 6 });
      expect((await socket.receive())[0]).toEqual(bytes(6));
    });
  });

  it("loses no datagram to a receive that is cancelled while it waits", async () => {
    await withSocket(async (socket, [host, port]) => {
      const scope = new CancelScope();
      const cancelled = scope.run(() => socket.receive());
      await waitAllTasksBlocked();

      scope.cancel();
      await cancelled;
      await socket.sendTo(bytes(1), host, port);

      expect(scope.cancelledCaught).toBe(true);
      expect((await socket.receive())[0]).toEqual(bytes(1));
    });
  });

  it("loses no datagram to a receive that is cancelled as it comes", async () => {
    await withSocket(async (socket, [host, port]) => {
      const scope = new CancelScope();
      const receiving = scope.run(() => socket.receive());
      const raw = socket.extra(SocketAttribute.rawSocket) as Socket;
      raw.once("message", () => scope.cancel());

      await socket.sendTo(bytes(1), host, port);

      expect((await receiving)?.[0]).toEqual(bytes(1));
    });
  });

  it("does nothing in a cancelled scope", async () => {
    await withSocket(async (socket, [host, port]) => {
      const scope = new CancelScope();
      scope.cancel();

      const outcomes = await scope.run(async () => [
        await errorOf(socket.receive()),
        await errorOf(socket.sendTo(bytes(1), host, port)),
        await errorOf(socket.sendTo(bytes(1), "localhost", port)),
      ]);
      await socket.sendTo(bytes(2), host, port);

      expect(outcomes?.every((outcome) => outcome instanceof CancelledError)).toBe(true);
      expect((await socket.receive())[0]).toEqual(bytes(2));
    });
  });

  it("has sent what was begun when it is cancelled", async () => {
    await withSocket(async (socket, [host, port]) => {
      const scope = new CancelScope();
      const buffer = bytes(1, 2);

      const sending = scope.run(async () => {
        await socket.sendTo(buffer, host, port);
        return "sent";
      });
      scope.cancel();

      expect(await sending).toBe("sent");
      buffer.fill(9);
      expect((await socket.receive())[0]).toEqual(bytes(1, 2));
    });
  });

  it("leaves no rejection to nobody", mayLeak, async () => {
    const reasons = await unhandledRejectionsOf(() =>
      withSocket(async (socket, [host, port]) => {
        const scope = new CancelScope();
        await scope.run(async () => {
          void socket.receive();
          await waitAllTasksBlocked();
          scope.cancel();
          void socket.sendTo(bytes(1), host, port);
          void socket.sendTo(bytes(1), "localhost", port);
        });
      }),
    );

    expect(reasons).toEqual([]);
  });

  it("tells whoever waits that it is closed by another task", async () => {
    await withSocket(async (socket) => {
      const receiving = errorOf(socket.receive());
      await waitAllTasksBlocked();

      await socket.close();

      expect(await receiving).toBeInstanceOf(ClosedResourceError);
    });
  });

  it("tells senders that it is closed by another task", async () => {
    await withSocket(async (socket, [host, port]) => {
      const outcome = socket.sendTo(bytes(1), host, port).then(
        () => "sent",
        (error: unknown) => error,
      );

      await socket.close();

      // It may have been sent before.
      const seen = await outcome;
      if (seen !== "sent") expect(seen).toBeInstanceOf(ClosedResourceError);
    });
  });

  it("refuses what is closed", async () => {
    await withSocket(async (socket, [host, port]) => {
      await socket.sendTo(bytes(1), host, port);
      await untilCome(socket, 1);

      await socket.close();
      await socket.close();
      await socket[Symbol.asyncDispose]();

      await caught(socket.receive(), ClosedResourceError);
      await caught(socket.sendTo(bytes(1), host, port), ClosedResourceError);
      await caught(socket.sendTo(bytes(1), "localhost", port), ClosedResourceError);
      expect(socket.statistics()).toEqual({ queued: 0, dropped: 0 });
    });
  });

  it("is closed in a cancelled scope, and by force", async () => {
    await closesAllSockets(async () => {
      const [one, other] = [await createUdpSocket(), await createUdpSocket()];
      const scope = new CancelScope();
      scope.cancel();

      await scope.run(() => one.close());
      await forceClose(other);

      await caught(one.receive(), ClosedResourceError);
      await caught(other.receive(), ClosedResourceError);
    });
  });

  it("is closed by somebody who closes Node's socket", async () => {
    await closesAllSockets(() =>
      withSocket(async (socket, [host, port]) => {
        const receiving = errorOf(socket.receive());
        await waitAllTasksBlocked();

        (socket.extra(SocketAttribute.rawSocket) as Socket).close();

        await caught(socket.sendTo(bytes(1), host, port), ClosedResourceError);
        expect(await receiving).toBeInstanceOf(ClosedResourceError);
        await caught(socket.receive(), ClosedResourceError);
      }),
    );
  });

  it("refuses a datagram that is too large, and can be used on", async () => {
    await withSocket(async (socket, [host, port]) => {
      const error = await caught(socket.sendTo(new Uint8Array(70_000), host, port), RangeError);

      expect(error.message).toContain("70000 bytes");
      expect(error.cause).toMatchObject({ code: "EMSGSIZE" });
      await socket.sendTo(bytes(1), host, port);
      expect((await socket.receive())[0]).toEqual(bytes(1));
    });
  });

  it("never tells that nobody listens", async () => {
    await withSocket(async (socket, [host, port]) => {
      const deaf = await deafPort();

      for (let i = 0; i < 5; i++) {
        await socket.sendTo(bytes(0), host, deaf);
        await sleep(2);
      }
      await socket.sendTo(bytes(1), host, port);

      expect((await socket.receive())[0]).toEqual(bytes(1));
    });
  });

  it("sends to those who listen what it sends after one that was refused", async () => {
    await withSocket(async (socket) => {
      const [deaf, friend] = [await deafPort(), await peer()];

      for (let i = 0; i < 20; i++) {
        await Promise.all([
          socket.sendTo(bytes(0), "127.0.0.1", deaf),
          socket.sendTo(bytes(0), "127.0.0.1", deaf),
          socket.sendTo(bytes(i), friend.host, friend.port),
        ]);
      }

      for (let i = 0; i < 20; i++) expect((await friend.receive())[0]).toEqual([i]);
    });
  });

  it("looks up the names it sends to", async () => {
    await withSocket(async (socket, [, port]) => {
      await socket.sendTo(bytes(1), "localhost", port);

      expect((await socket.receive())[0]).toEqual(bytes(1));
    });
  });

  it("passes on what the system says of a name that there is not", async () => {
    await withSocket(async (socket, [, port]) => {
      await expect(socket.sendTo(bytes(1), "nobody..invalid", port)).rejects.toMatchObject({ code: "ENOTFOUND" });
    });
  });

  it("abandons the look-up of a name when it is cancelled", async () => {
    await withSocket(async (socket, [host, port]) => {
      const scope = new CancelScope();
      const sending = scope.run(() => socket.sendTo(bytes(1), "localhost", port));

      scope.cancel();
      await sending;
      await socket.sendTo(bytes(2), host, port);

      expect(scope.cancelledCaught).toBe(true);
      expect((await socket.receive())[0]).toEqual(bytes(2));
    });
  });

  it("calls IPv4 peers by their IPv4 addresses on a socket of both families", async () => {
    const socket = await createUdpSocket();
    const port = socket.extra(SocketAttribute.localPort);
    const [four, six] = [await peer("127.0.0.1"), await peer("::1")];

    await four.send([4], ["127.0.0.1", port]);
    const fromFour = await socket.receive();
    await six.send([6], ["::1", port]);
    const fromSix = await socket.receive();
    await socket.send(fromFour);
    await socket.send(fromSix);

    expect(fromFour[1]).toEqual(["127.0.0.1", four.port]);
    expect(fromSix[1]).toEqual(["::1", six.port]);
    expect((await four.receive())[0]).toEqual([4]);
    expect((await six.receive())[0]).toEqual([6]);
    await socket.close();
  });

  it("refuses wrong arguments", async () => {
    await withSocket(async (socket, [host, port]) => {
      await caught(socket.sendTo("hello" as unknown as Uint8Array, host, port), TypeError);
      await caught(socket.sendTo(bytes(1), 7 as unknown as string, port), TypeError);
      await caught(socket.sendTo(bytes(1), host, "80" as unknown as number), TypeError);
      await caught(socket.send(undefined as never), TypeError);
      await caught(socket.send([bytes(1), "127.0.0.1"] as never), TypeError);
      await caught(socket.sendTo(bytes(1), "", port), RangeError);
      await caught(socket.sendTo(bytes(1), host, 0), RangeError);
      await caught(socket.sendTo(bytes(1), host, 65_536), RangeError);
      const error = await caught(socket.sendTo(bytes(1), "::1", port), RangeError);
      expect(error.message).toBe(
        `host is an IPv6 address, "::1", and the socket is on 127.0.0.1:${port}; make one without family`,
      );
    });
  });

  it("knows its family, its address, its port, and Node's socket", async () => {
    await withSocket(async (socket, [, port]) => {
      expect(socket.extra(SocketAttribute.family)).toBe("ipv4");
      expect(socket.extra(SocketAttribute.localAddress)).toEqual(["127.0.0.1", port]);
      expect(socket.extra(SocketAttribute.remoteAddress, null)).toBeNull();
      expect(socket.extra(SocketAttribute.rawSocket)).toHaveProperty("bind");

      await socket.close();
      expect(socket.extra(SocketAttribute.localPort)).toBe(port);
    });
  });

  it("is a leak where it is not closed", async () => {
    const error = await caught(
      assertNoLeaks(() => createUdpSocket({ localHost: "127.0.0.1" })),
      Error,
    );

    expect(error.message).toContain("the UDP socket on 127.0.0.1:");
  });

  it("is none where it is closed", async () => {
    await assertNoLeaks(() => withSocket((socket, [host, port]) => socket.sendTo(bytes(1), host, port)));
  });
});

describe("UDPSocket.fromSocket", () => {
  it("makes a stream of a socket of Node's", async () => {
    const { socket: raw, host, port } = await peer();
    const socket = UDPSocket.fromSocket(raw, { maxQueue: 2 });

    for (const n of [1, 2, 3]) await socket.sendTo(bytes(n), host, port);
    await untilCome(socket, 3);

    expect(await socket.receive()).toEqual([bytes(2), [host, port]]);
    expect(socket.statistics()).toEqual({ queued: 1, dropped: 1 });
    await socket.close();
  });

  it("refuses what is no socket, not bound, closed, or connected", async () => {
    const unbound = createSocket("udp4");
    const { socket: connected } = await peer();
    await new Promise<void>((resolve) => connected.connect(9, "127.0.0.1", resolve));

    expect(() => UDPSocket.fromSocket({} as Socket)).toThrow(TypeError);
    expect(() => UDPSocket.fromSocket(unbound)).toThrow(InvalidStateError);
    expect(() => UDPSocket.fromSocket(connected)).toThrow("use ConnectedUDPSocket.fromSocket()");
    expect(() => UDPSocket.fromSocket(unbound, { maxQueue: 0 })).toThrow(RangeError);
    unbound.close();
    expect(() => UDPSocket.fromSocket(unbound)).toThrow(InvalidStateError);
  });
});
