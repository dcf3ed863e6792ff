import { describe, expect, it } from "vitest";
import {
  CancelledError,
  CancelScope,
  EndOfStreamError,
  ExceptionGroup,
  moveOnAfter,
  TimeoutError,
  failAfter,
  waitAllTasksBlocked,
} from "@anyio/core";
import { ConnectionFailedError, connectTcp, SocketAttribute } from "@anyio/net";
import { assertNoLeaks } from "@anyio/testing";
import { caught, errorOf } from "#support/caught";
import { turn } from "#support/turn";
import { unhandledRejectionsOf } from "#support/unhandled";
import { freePort, greetTcp } from "./support/greeter.js";
import { closesAllSockets } from "./support/descriptors.js";
import { silentHost } from "./support/silent-host.js";
import { mayLeak } from "#support/may-leak";

describe("connectTcp", () => {
  it.each([
    ["127.0.0.1", "ipv4"],
    ["::1", "ipv6"],
  ])("connects to an address: %s", async (host, family) => {
    const { port } = await greetTcp(host);

    await using stream = await connectTcp(host, port);

    expect(new TextDecoder().decode(await stream.receive())).toBe("hello");
    await caught(stream.receive(), EndOfStreamError);
    expect(stream.extra(SocketAttribute.family)).toBe(family);
    expect(stream.extra(SocketAttribute.remoteAddress)).toEqual([host, port]);
  });

  it("connects to a name", async () => {
    const { port } = await greetTcp("127.0.0.1");

    await using stream = await connectTcp("localhost", port);

    expect(new TextDecoder().decode(await stream.receive())).toBe("hello");
  });

  it("connects from the address that it is told", async () => {
    const { port, clients } = await greetTcp("127.0.0.1");

    await using stream = await connectTcp("127.0.0.1", port, { localHost: "127.0.0.5" });
    await stream.receive();

    expect(clients).toEqual([`127.0.0.5 ${stream.extra(SocketAttribute.localPort)}`]);
    expect(stream.extra(SocketAttribute.localAddress)).toEqual(["127.0.0.5", stream.extra(SocketAttribute.localPort)]);
  });

  it.each([{}, { localHost: "127.0.0.1" }, { localHost: "localhost" }])(
    "connects from the port that it is told: %o",
    async (options) => {
      const { port, clients } = await greetTcp("127.0.0.1");
      const localPort = await freePort();

      await using stream = await connectTcp("127.0.0.1", port, { ...options, localPort });
      await stream.receive();

      expect(clients).toEqual([`127.0.0.1 ${localPort}`]);
    },
  );

  it("fails where nobody listens, and says so", async () => {
    const port = await freePort();

    await closesAllSockets(async () => {
      const error = await caught(connectTcp("127.0.0.1", port), ConnectionFailedError);

      expect(error.message).toBe(`could not connect to 127.0.0.1:${port}: nobody listens there (ECONNREFUSED)`);
      expect(error.code).toBe("ERR_ANYIO_CONNECTION_FAILED");
      expect(error.cause).toBeInstanceOf(ExceptionGroup);
      expect(error.cause).toMatchObject({ code: "ECONNREFUSED", errors: [{ code: "ECONNREFUSED", port }] });
    });
  });

  it("fails for a name that is not found, with that one error", async () => {
    await closesAllSockets(async () => {
      const error = await caught(connectTcp("nobody..invalid", 80), ConnectionFailedError);

      expect(error.message).toBe("could not connect to nobody..invalid:80: the name was not found (ENOTFOUND)");
      expect(error.cause).toMatchObject({ errors: [{ code: "ENOTFOUND", syscall: "getaddrinfo" }] });
      expect((error.cause as ExceptionGroup).errors).toHaveLength(1);
    });
  });

  it("fails where the name to connect from is not found, or not of this machine", async () => {
    const { port } = await greetTcp("127.0.0.1");

    await closesAllSockets(async () => {
      const unknown = await caught(
        connectTcp("127.0.0.1", port, { localHost: "nobody..invalid" }),
        ConnectionFailedError,
      );
      const foreign = await caught(connectTcp("127.0.0.1", port, { localHost: "203.0.113.3" }), ConnectionFailedError);
      const other = await caught(connectTcp("127.0.0.1", port, { localHost: "::1" }), ConnectionFailedError);

      expect(unknown.message).toContain("the name was not found");
      expect((foreign.cause as ExceptionGroup).errors).toHaveLength(1);
      expect(other.message).toBe(
        `could not connect to 127.0.0.1:${port}: localHost, "::1", has no ipv4 address to connect from`,
      );
    });
  });

  it("fails where the local port is in use", async () => {
    const { port } = await greetTcp("127.0.0.1");
    const { port: localPort } = await greetTcp("127.0.0.2");

    const error = await caught(
      connectTcp("127.0.0.1", port, { localHost: "127.0.0.2", localPort }),
      ConnectionFailedError,
    );

    expect(error.message).toContain("the local address is in use (EADDRINUSE)");
  });

  it("fails on port 0, which nobody can listen on", async () => {
    await caught(connectTcp("127.0.0.1", 0), ConnectionFailedError);
  });

  it("is bounded by a deadline where the host says nothing, and leaves nothing open", async () => {
    await using host = await silentHost();

    await closesAllSockets(async () => {
      const error = await caught(
        failAfter(100, () => connectTcp("127.0.0.1", host.port)),
        TimeoutError,
      );

      expect(error.message).toContain(`a connection to 127.0.0.1:${host.port}`);
    });
  });

  it("fails, hangs or connects where there is no such host, and leaves nothing open", async () => {
    // An address for documentation: what a machine makes of it is its own affair.
    await closesAllSockets(async () => {
      const stream = await moveOnAfter(200, () => connectTcp("198.51.100.1", 81)).catch((error: unknown) => {
        expect(error).toBeInstanceOf(ConnectionFailedError);
      });
      await stream?.close();
    });
  });

  it("refuses wrong arguments, before anything has happened", async () => {
    const connect = connectTcp as (...args: unknown[]) => Promise<unknown>;
    const wrong: [unknown[], typeof TypeError | typeof RangeError][] = [
      [[undefined, 80], TypeError],
      [["", 80], RangeError],
      [["127.0.0.1", "80"], TypeError],
      [["127.0.0.1", -1], RangeError],
      [["127.0.0.1", 65_536], RangeError],
      [["127.0.0.1", 80, { localHost: 1 }], TypeError],
      [["127.0.0.1", 80, { localPort: 1e9 }], RangeError],
      [["127.0.0.1", 80, { happyEyeballsDelay: "1" }], TypeError],
      [["127.0.0.1", 80, { happyEyeballsDelay: -1 }], RangeError],
      [["127.0.0.1", 80, { happyEyeballsDelay: Number.NaN }], RangeError],
    ];

    for (const [args, type] of wrong) await caught(connect(...args), type);
  });

  it("does nothing in a cancelled scope", async () => {
    const { port, clients } = await greetTcp("127.0.0.1");

    await closesAllSockets(async () => {
      const scope = new CancelScope();
      scope.cancel();

      expect(await scope.run(() => errorOf(connectTcp("127.0.0.1", port)))).toBeInstanceOf(CancelledError);
    });

    expect(clients).toEqual([]);
  });

  it.each(["127.0.0.1", "localhost", "::1"])(
    "leaves nothing open when it is cancelled at any time: %s",
    async (host) => {
      const { port } = await greetTcp(host === "localhost" ? "127.0.0.1" : host);

      await closesAllSockets(async () => {
        for (let step = 0; step < 30; step++) {
          const scope = new CancelScope();
          const connecting = scope.run(async () => {
            await using stream = await connectTcp(host, port);
            return stream;
          });
          // Some microtasks, and then turns of the event loop.
          for (let i = 0; i < Math.min(step, 20); i++) await undefined;
          for (let i = 20; i < step; i++) await turn();
          scope.cancel();
          await connecting;
        }
      });
    },
  );

  it("leaves nothing open when it is cancelled while it waits", async () => {
    await using host = await silentHost();

    await closesAllSockets(async () => {
      const scope = new CancelScope();
      const connecting = scope.run(() => errorOf(connectTcp("127.0.0.1", host.port)));
      await waitAllTasksBlocked();

      scope.cancel();

      expect(await connecting).toBeInstanceOf(CancelledError);
    });
  });

  it("is cancelled between two of its steps where nobody awaits it", mayLeak, async () => {
    const { port, clients } = await greetTcp("127.0.0.1");

    for (let steps = 0; steps < 10; steps++) {
      const scope = new CancelScope();
      let late: Promise<unknown> | undefined;
      await scope.run(async () => {
        late = errorOf(connectTcp("127.0.0.1", port));
        for (let i = 0; i < steps; i++) await undefined;
      });
      expect(await late).toBeInstanceOf(CancelledError);
    }

    expect(clients).toEqual([]);
  });

  it("hands over a connection that was made as it was cancelled, or closes it", async () => {
    const { port } = await greetTcp("127.0.0.1");

    await closesAllSockets(async () => {
      for (let ms = 0; ms < 3; ms++) {
        const stream = await moveOnAfter(ms, () => connectTcp("127.0.0.1", port));
        await stream?.close();
      }
    });
  });

  it("leaves no rejection to nobody when it is cancelled", mayLeak, async () => {
    const { port } = await greetTcp("127.0.0.1");

    const reasons = await unhandledRejectionsOf(async () => {
      const scope = new CancelScope();
      await scope.run(async () => {
        void connectTcp("127.0.0.1", port);
        void connectTcp("localhost", port);
        await undefined;
        scope.cancel();
      });
    });

    expect(reasons).toEqual([]);
  });

  it("leaves nothing behind once the stream is closed", async () => {
    const { port } = await greetTcp("127.0.0.1");

    await assertNoLeaks(async () => {
      const stream = await connectTcp("localhost", port);
      await stream.close();
    });
  });
});
