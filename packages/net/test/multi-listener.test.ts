import { ClosedResourceError, sleepForever } from "@anyio/core";
import { connectTcp, createTcpListener, MultiListener, SocketAttribute } from "@anyio/net";
import { listenerContract } from "@anyio/testing";
import { caught } from "#support/caught";
import { describe, expect, it } from "vitest";
import { settle } from "./support/receive.js";

describe("MultiListener", () => {
  const make = async () => {
    const listener = await createTcpListener();
    let count = 0;
    const connect = () =>
      connectTcp(count++ % 2 === 0 ? "127.0.0.1" : "::1", listener.extra(SocketAttribute.localPort));
    return { listener, connect };
  };
  for (const { name, run } of listenerContract(make)) it(name, run);
});

describe("a MultiListener", () => {
  it("is served on all of its listeners, and closes them", async () => {
    const inner = [await createTcpListener({ localHost: "127.0.0.1" }), await createTcpListener({ localHost: "::1" })];
    const listener = new MultiListener(inner);
    const serving = caught(
      listener.serve((stream) => stream.send(Buffer.from(stream.extra(SocketAttribute.family)))),
      ClosedResourceError,
    );

    const answers: string[] = [];
    for (const [i, host] of ["127.0.0.1", "::1"].entries()) {
      await using client = await connectTcp(host, inner[i]?.extra(SocketAttribute.localPort) ?? 0);
      answers.push(Buffer.from(await client.receive()).toString());
    }
    await listener.close();
    await serving;

    expect(answers).toEqual(["ipv4", "ipv6"]);
    for (const each of inner)
      await caught(
        each.serve(() => {}),
        ClosedResourceError,
      );
  });

  it("knows what its listeners know, and of one that all know, the first one's", async () => {
    const listener = new MultiListener([
      await createTcpListener({ localHost: "127.0.0.1" }),
      await createTcpListener({ localHost: "::1" }),
    ]);

    expect(listener.extra(SocketAttribute.family)).toBe("ipv4");
    await listener.close();
  });

  it("refuses to be made of nothing", () => {
    expect(() => new MultiListener([])).toThrow("listeners must not be empty");
  });

  it("fails where one of its listeners is closed, and cancels the handlers of all", async () => {
    const inner = [await createTcpListener({ localHost: "127.0.0.1" }), await createTcpListener({ localHost: "::1" })];
    const listener = new MultiListener(inner);
    const events: string[] = [];
    const serving = caught(
      listener.serve(() => sleepForever().finally(() => events.push("cancelled"))),
      ClosedResourceError,
    );
    const client = await connectTcp("127.0.0.1", inner[0]?.extra(SocketAttribute.localPort) ?? 0);
    await settle();

    await inner[1]?.close();
    await serving;

    expect(events).toEqual(["cancelled"]);
    await client.close();
    await listener.close();
  });
});
