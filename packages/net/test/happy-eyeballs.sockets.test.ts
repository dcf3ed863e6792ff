import { describe, expect, it } from "vitest";
import { CancelScope, currentTime, ExceptionGroup, failAfter, TimeoutError, waitAllTasksBlocked } from "@anyio/core";
import { ConnectionFailedError, type ResolvedAddress, SocketAttribute, SocketStream } from "@anyio/net";
import { caught } from "#support/caught";
import { happyEyeballs } from "../src/internal/happy-eyeballs.js";
import { openSocket } from "../src/internal/open-socket.js";
import { closesAllSockets } from "./support/descriptors.js";
import { freePort, greetTcp } from "./support/greeter.js";
import { silentHost } from "./support/silent-host.js";

const address = (host: string, port: number): ResolvedAddress => ({
  family: host.includes(":") ? "ipv6" : "ipv4",
  address: host,
  port,
});

/** Connects over TCP to a host that has the addresses given. */
function connect(addresses: readonly ResolvedAddress[], delay = 250): Promise<SocketStream> {
  return happyEyeballs({
    target: "example:80",
    delay,
    lookUp: async () => addresses,
    attempt: async ({ address, port }) =>
      SocketStream.fromSocket(await openSocket({ host: address, port }, `${address}:${port}`)),
  });
}

describe("happy eyeballs over sockets", () => {
  it.each([
    ["127.0.0.1", "::1"],
    ["::1", "127.0.0.1"],
  ])("connects to %s where nobody listens on %s", async (listening, deaf) => {
    const { port } = await greetTcp(listening);

    await closesAllSockets(async () => {
      const began = currentTime();
      await using stream = await connect([address(deaf, await freePort(deaf)), address(listening, port)], 60_000);

      expect(stream.extra(SocketAttribute.remoteAddress)).toEqual([listening, port]);
      // The refusal was not waited out.
      expect(currentTime() - began).toBeLessThan(30_000);
    });
  });

  it("takes the first of two that answer, and connects to no other", async () => {
    const [six, four] = [await greetTcp("::1"), await greetTcp("127.0.0.1")];

    await closesAllSockets(async () => {
      await using stream = await connect([address("::1", six.port), address("127.0.0.1", four.port)], 60_000);
      await stream.receive();
    });

    expect([six.clients.length, four.clients.length]).toEqual([1, 0]);
  });

  it("leaves nothing of a race that two win", async () => {
    const [six, four] = [await greetTcp("::1"), await greetTcp("127.0.0.1")];

    await closesAllSockets(async () => {
      for (let i = 0; i < 20; i++) {
        const stream = await connect([address("::1", six.port), address("127.0.0.1", four.port)], 0);
        await stream.close();
      }
    });
  });

  it("goes on to the next after a while where one says nothing, and destroys that attempt", async () => {
    await using silent = await silentHost();
    const { port } = await greetTcp("::1");

    await closesAllSockets(async () => {
      await using stream = await connect([address("127.0.0.1", silent.port), address("::1", port)], 20);

      expect(stream.extra(SocketAttribute.remoteAddress)).toEqual(["::1", port]);
      expect(new TextDecoder().decode(await stream.receive())).toBe("hello");
    });
  });

  it("tells every address with its reason where none answers", async () => {
    const [six, four] = [await freePort("::1"), await freePort()];

    await closesAllSockets(async () => {
      const error = await caught(connect([address("::1", six), address("127.0.0.1", four)]), ConnectionFailedError);

      expect(error.message).toBe(
        `could not connect to example:80: [::1]:${six}: nobody listens there (ECONNREFUSED); ` +
          `127.0.0.1:${four}: nobody listens there (ECONNREFUSED)`,
      );
      expect(error.cause).toBeInstanceOf(ExceptionGroup);
      expect(error.cause).toMatchObject({
        code: "ECONNREFUSED",
        errors: [
          { address: "::1", port: six },
          { address: "127.0.0.1", port: four },
        ],
      });
    });
  });

  it("destroys all attempts when it is cancelled, or its time is up", async () => {
    await using silent = await silentHost();
    const addresses = Array.from({ length: 4 }, () => address("127.0.0.1", silent.port));

    await closesAllSockets(async () => {
      await caught(
        failAfter(50, () => connect(addresses, 5)),
        TimeoutError,
      );
      const scope = new CancelScope();
      const connecting = scope.run(() => connect(addresses, 0));
      await waitAllTasksBlocked();
      scope.cancel();
      expect(await connecting).toBeUndefined();
      expect(scope.cancelledCaught).toBe(true);
    });
  });
});
