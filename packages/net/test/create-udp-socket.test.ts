import { beforeEach, describe, expect, it } from "vitest";
import { CancelledError, CancelScope, moveOnAfter } from "@anyio/core";
import { createUdpSocket, SocketAttribute, type UDPSocketOptions } from "@anyio/net";
import { caught, errorOf } from "#support/caught";
import { skipOn } from "#support/runtimes";
import { unhandledRejectionsOf } from "#support/unhandled";
import { peer } from "./support/datagrams.js";
import { closesAllSockets } from "./support/descriptors.js";
import { mayLeak } from "#support/may-leak";

const bytes = Uint8Array.of(1, 2, 3);

describe("createUdpSocket", () => {
  it("is on a free port of all addresses of both families unless told", async () => {
    await using socket = await createUdpSocket();

    expect(socket.extra(SocketAttribute.family)).toBe("ipv6");
    expect(socket.extra(SocketAttribute.localAddress)).toEqual(["::", socket.extra(SocketAttribute.localPort)]);
    expect(socket.extra(SocketAttribute.localPort)).toBeGreaterThan(0);
  });

  it("is on all addresses of one family where it is told which", async () => {
    await using four = await createUdpSocket({ family: "ipv4" });
    const localPort = four.extra(SocketAttribute.localPort);
    await using six = await createUdpSocket({ family: "ipv6", localPort });
    const [client4, client6] = [await peer("127.0.0.1"), await peer("::1")];

    await client4.send([4], ["127.0.0.1", localPort]);
    await client6.send([6], ["::1", localPort]);

    expect(await four.receive()).toEqual([Uint8Array.of(4), ["127.0.0.1", client4.port]]);
    expect(await six.receive()).toEqual([Uint8Array.of(6), ["::1", client6.port]]);
  });

  it.each<[UDPSocketOptions, string, string]>([
    [{ localHost: "127.0.0.1" }, "ipv4", "127.0.0.1"],
    [{ localHost: "::1" }, "ipv6", "::1"],
    [{ localHost: "0:0:0:0:0:0:0:1" }, "ipv6", "::1"],
    [{ localHost: "localhost", family: "ipv4" }, "ipv4", "127.0.0.1"],
    [{ localHost: "0.0.0.0" }, "ipv4", "0.0.0.0"],
  ])("is where it is told to be: %o", async (options, family, host) => {
    await using socket = await createUdpSocket(options);

    expect(socket.extra(SocketAttribute.family)).toBe(family);
    expect(socket.extra(SocketAttribute.localAddress)).toEqual([host, socket.extra(SocketAttribute.localPort)]);
  });

  it("is on the port that it is told", async () => {
    const free = await createUdpSocket({ localHost: "127.0.0.1" });
    const localPort = free.extra(SocketAttribute.localPort);
    await free.close();

    await using socket = await createUdpSocket({ localHost: "127.0.0.1", localPort });

    expect(socket.extra(SocketAttribute.localPort)).toBe(localPort);
  });

  it("rejects with the system's error when the port is taken", async () => {
    const { port: localPort } = await peer();

    await closesAllSockets(async () => {
      const error = await errorOf(createUdpSocket({ localHost: "127.0.0.1", localPort }));

      expect(error).toMatchObject({ code: "EADDRINUSE", syscall: "bind" });
    });
  });

  it("rejects with the system's error when the address is not of this machine", async () => {
    await closesAllSockets(async () => {
      const error = await errorOf(createUdpSocket({ localHost: "203.0.113.9" }));

      expect(error).toMatchObject({ code: "EADDRNOTAVAIL" });
    });
  });

  it("rejects with the system's error when the name is not found, or is none of the family", async () => {
    await closesAllSockets(async () => {
      const errors = [
        await errorOf(createUdpSocket({ localHost: "nobody..invalid" })),
        await errorOf(createUdpSocket({ localHost: "127.0.0.1", family: "ipv6" })),
      ];

      expect(errors).toMatchObject([{ code: "ENOTFOUND" }, { code: "ENOTFOUND" }]);
    });
  });

  it("refuses wrong options", async () => {
    const wrong: [object, typeof TypeError | typeof RangeError][] = [
      [{ family: "ipv5" }, TypeError],
      [{ family: 4 }, TypeError],
      [{ localHost: 1 }, TypeError],
      [{ localHost: "" }, RangeError],
      [{ localPort: "80" }, TypeError],
      [{ localPort: -1 }, RangeError],
      [{ localPort: 1.5 }, RangeError],
      [{ localPort: 65_536 }, RangeError],
      [{ reusePort: 1 }, TypeError],
      [{ maxQueue: 0 }, RangeError],
      [{ maxQueue: Infinity }, RangeError],
      [{ maxQueue: "1" }, RangeError],
    ];

    for (const [options, type] of wrong) await caught(createUdpSocket(options), type);
  });

  it("makes nothing in a cancelled scope", async () => {
    await closesAllSockets(async () => {
      const scope = new CancelScope();
      scope.cancel();

      const error = await scope.run(() => errorOf(createUdpSocket({ localHost: "127.0.0.1" })));

      expect(error).toBeInstanceOf(CancelledError);
    });
  });

  it.each<UDPSocketOptions>([{}, { localHost: "127.0.0.1" }, { localHost: "localhost" }])(
    "leaves nothing open when it is cancelled at any time: %o",
    async (options) => {
      await closesAllSockets(async () => {
        for (let steps = 0; steps < 12; steps++) {
          const scope = new CancelScope();
          const made = scope.run(async () => {
            await using socket = await createUdpSocket(options);
            return socket;
          });
          for (let i = 0; i < steps; i++) await undefined;
          scope.cancel();
          await made;
        }
        await moveOnAfter(0, async () => (await createUdpSocket(options)).close());
      });
    },
  );

  it("leaves no rejection to nobody when it is cancelled", mayLeak, async () => {
    const reasons = await unhandledRejectionsOf(async () => {
      const scope = new CancelScope();
      await scope.run(() => {
        void createUdpSocket();
        scope.cancel();
      });
    });

    expect(reasons).toEqual([]);
  });
});

describe("createUdpSocket with reusePort", () => {
  beforeEach(({ task }) => {
    if (task.name.startsWith("shares")) skipOn(["node20", "deno"], "no UDP reusePort here");
    else skipOn(["node22", "node24", "node26", "bun"], "there is a UDP reusePort here");
  });

  it("shares a port", async () => {
    await using first = await createUdpSocket({ localHost: "127.0.0.1", reusePort: true });
    const localPort = first.extra(SocketAttribute.localPort);
    await using second = await createUdpSocket({ localHost: "127.0.0.1", localPort, reusePort: true });
    const senders = await Promise.all(Array.from({ length: 32 }, () => peer()));

    for (const sender of senders) await sender.send([...bytes], ["127.0.0.1", localPort]);
    let received = 0;
    await moveOnAfter(2_000, async () => {
      while (received < senders.length) {
        const [one, other] = [first.statistics().queued, second.statistics().queued];
        if (one > 0) await first.receive();
        else if (other > 0) await second.receive();
        else await moveOnAfter(1, () => new Promise((resolve) => setTimeout(resolve, 1)));
        if (one + other > 0) received++;
      }
    });

    expect(received).toBe(senders.length);
  });

  it("is refused by name where there is none", async () => {
    const error = await caught(createUdpSocket({ reusePort: true }), TypeError);

    expect(error.message).toMatch(/^reusePort is not available for UDP on (Node\.js|Deno) \d+\.\d+\.\d+; leave it out/);
  });
});
