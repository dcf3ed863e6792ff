import { once } from "node:events";
import { createServer } from "node:net";
import { CancelScope, ClosedResourceError, forceClose } from "@anyio/core";
import { connectTcp, createTcpListener, type MultiListener, SocketAttribute, type SocketStream } from "@anyio/net";
import { withTaskGroup } from "@anyio/task-groups";
import { caught, errorOf } from "#support/caught";
import { isRuntime, skipOn } from "#support/runtimes";
import { describe, expect, it } from "vitest";
import { closesAllSockets } from "./support/descriptors.js";

/** What `host` answers at a listener that says where it was reached. */
async function answerOf(listener: MultiListener<SocketStream>, host: string): Promise<string> {
  let answer = "";
  await withTaskGroup(async (tg) => {
    tg.startSoon(() =>
      listener.serve((stream) => stream.send(Buffer.from(String(stream.extra(SocketAttribute.localAddress))))),
    );
    await using client = await connectTcp(host, listener.extra(SocketAttribute.localPort));
    answer = Buffer.from(await client.receive()).toString();
    tg.cancel();
  });
  return answer;
}

describe("createTcpListener", () => {
  it("listens on one port for both families", async () => {
    const listener = await createTcpListener();
    const port = listener.extra(SocketAttribute.localPort);

    const addresses = listener.listeners.map((each) => each.extra(SocketAttribute.localAddress));
    // A socket of Deno's on "::" is one for both.
    const both = [
      ["0.0.0.0", port],
      ["::", port],
    ];
    expect(addresses).toEqual(isRuntime("deno") ? both.slice(1) : both);
    expect(await answerOf(listener, "127.0.0.1")).toBe(`127.0.0.1,${port}`);
    expect(await answerOf(listener, "::1")).toBe(`::1,${port}`);
    await listener.close();
  });

  it.each(["ipv4", "ipv6"] as const)("listens for one family, %s", async (family) => {
    const listener = await createTcpListener({ family });

    expect(listener.listeners.map((each) => each.extra(SocketAttribute.family))).toEqual([family]);
    await listener.close();
  });

  it("listens on the addresses of a name", async () => {
    const listener = await createTcpListener({ localHost: "localhost" });
    const addresses = listener.listeners.map((each) => each.extra(SocketAttribute.localAddress)[0]);

    expect(addresses).toContain("127.0.0.1");
    expect(addresses.every((address) => ["127.0.0.1", "::1"].includes(address))).toBe(true);
    await listener.close();
  });

  it("listens on a port that was asked for, again and again", async () => {
    const first = await createTcpListener({ localHost: "127.0.0.1" });
    const localPort = first.extra(SocketAttribute.localPort);
    await first.close();

    for (let i = 0; i < 3; i++) {
      const listener = await createTcpListener({ localHost: "127.0.0.1", localPort });
      expect(await answerOf(listener, "127.0.0.1")).toBe(`127.0.0.1,${localPort}`);
      await listener.close();
    }
  });

  it("rejects with the system's error where the port is in use, and leaves nothing open", () =>
    closesAllSockets(async () => {
      const other = createServer().listen(0, "::1");
      await once(other, "listening");
      const { port } = other.address() as { port: number };

      const error = await errorOf(createTcpListener({ localPort: port }));

      expect(error).toMatchObject({ code: "EADDRINUSE", port });
      other.close();
      await once(other, "close");
    }));

  it("rejects with the system's error where the address is not this machine's", async () => {
    const error = await errorOf(createTcpListener({ localHost: "192.0.2.1" }));

    // Deno takes it for an argument that is wrong.
    expect(error).toMatchObject({ code: isRuntime("deno") ? "EINVAL" : "EADDRNOTAVAIL" });
  });

  it("rejects with the system's error where the name is not found", async () => {
    expect(await errorOf(createTcpListener({ localHost: "no-such-host.invalid" }))).toMatchObject({
      code: expect.stringMatching(/ENOTFOUND|EAI_AGAIN/),
    });
  });

  it("shares a port where that is asked for", async () => {
    skipOn("node20", "TCP reusePort is not there before Node 22.12");
    const options = { localHost: "127.0.0.1", reusePort: true };
    const first = await createTcpListener(options);

    const second = await createTcpListener({ ...options, localPort: first.extra(SocketAttribute.localPort) });

    await first.close();
    await second.close();
  });

  it("refuses to share a port where the runtime cannot", async () => {
    skipOn(["node22", "node24", "node26", "bun", "deno"], "TCP reusePort is there");

    const error = await caught(createTcpListener({ reusePort: true }), TypeError);

    expect(error.message).toContain("reusePort is not available for TCP on Node.js 20");
  });

  it.each([
    [{ localPort: 65_536 }, RangeError, "localPort must be a whole number from 0 to 65535, not 65536"],
    [{ localPort: "80" }, TypeError, 'localPort must be a number, not "80"'],
    [{ localHost: "" }, RangeError, 'localHost must be a name or an address, not ""'],
    [{ family: "inet" }, TypeError, 'family must be "ipv4" or "ipv6", not "inet"'],
    [{ backlog: 0 }, RangeError, "backlog must be a positive integer, not 0"],
  ])("refuses %o", async (options, type, message) => {
    const error = await caught(createTcpListener(options as never), type);

    expect(error.message).toBe(message);
  });

  it("opens nothing in a cancelled scope", () =>
    closesAllSockets(async () => {
      const scope = new CancelScope();
      scope.cancel();

      await scope.run(() => createTcpListener());

      expect(scope.cancelledCaught).toBe(true);
    }));

  it("leaves nothing open when it is cancelled on its way", () =>
    closesAllSockets(async () => {
      for (let ticks = 0; ticks < 12; ticks++) {
        const scope = new CancelScope();
        const creating = scope.run(() => createTcpListener({ localHost: "localhost" }));
        for (let i = 0; i < ticks; i++) await (i % 3 === 2 ? new Promise(setImmediate) : undefined);
        scope.cancel();
        const listener = await creating;
        if (listener !== undefined) await forceClose(listener);
      }
    }));

  it("is closed with all that belongs to it", () =>
    closesAllSockets(async () => {
      const listener = await createTcpListener();

      await listener.close();

      for (const each of listener.listeners)
        await caught(
          each.serve(() => {}),
          ClosedResourceError,
        );
    }));
});
