import { describe, expect, it } from "vitest";
import { ConnectionFailedError, SocketAttribute, TCPConnectable } from "@anyio/net";
import type { ByteStreamConnectable } from "@anyio/streams";
import { caught } from "#support/caught";
import { freePort, greetTcp } from "./support/greeter.js";

describe("TCPConnectable", () => {
  it("connects as often as is needed", async () => {
    const { port, clients } = await greetTcp();
    const connectable: ByteStreamConnectable = new TCPConnectable("127.0.0.1", port);

    for (let i = 0; i < 2; i++) {
      await using stream = await connectable.connect();
      expect(new TextDecoder().decode(await stream.receive())).toBe("hello");
    }

    expect(clients).toHaveLength(2);
  });

  it("connects in the way that it is told", async () => {
    const { port } = await greetTcp();

    await using stream = await new TCPConnectable("127.0.0.1", port, { localHost: "127.0.0.7" }).connect();

    expect(stream.extra(SocketAttribute.localAddress)).toEqual(["127.0.0.7", stream.extra(SocketAttribute.localPort)]);
  });

  it("fails as connectTcp does", async () => {
    const port = await freePort();

    const error = await caught(new TCPConnectable("127.0.0.1", port).connect(), ConnectionFailedError);

    expect(error.message).toContain("ECONNREFUSED");
  });

  it("refuses what is no host, or no port", () => {
    expect(new TCPConnectable("localhost", 80)).toMatchObject({ host: "localhost", port: 80 });
    expect(() => new TCPConnectable("", 80)).toThrow(RangeError);
    expect(() => new TCPConnectable(1 as unknown as string, 80)).toThrow(TypeError);
    expect(() => new TCPConnectable("localhost", 65_536)).toThrow(RangeError);
    expect(() => new TCPConnectable("localhost", "80" as unknown as number)).toThrow(TypeError);
  });
});
