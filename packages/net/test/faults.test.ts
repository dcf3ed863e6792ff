import type { Server } from "node:net";
import { BrokenResourceError, EndOfStreamError } from "@anyio/core";
import { connectTcp, createTcpListener, SocketAttribute, type SocketListener, type SocketStream } from "@anyio/net";
import { BufferedByteStream, IncompleteReadError, TextReceiveStream } from "@anyio/streams";
import { gather, withTaskGroup } from "@anyio/task-groups";
import { caught } from "#support/caught";
import { takeWarnings } from "#support/warnings";
import { describe, expect, it } from "vitest";
import { closesAllSockets } from "./support/descriptors.js";
import { type Misbehaviour, MisbehavingProxy } from "./support/misbehaving-proxy.js";

/** A server that echoes what it gets until its end, a client, and a proxy between them that misbehaves. */
function through(how: Misbehaviour, fn: (client: SocketStream, errors: unknown[]) => Promise<void>): Promise<void> {
  return closesAllSockets(async () => {
    const errors: unknown[] = [];
    const listener = await createTcpListener({ localHost: "127.0.0.1" });
    const proxy = await MisbehavingProxy.before(listener.extra(SocketAttribute.localPort), how);
    await withTaskGroup(async (tg) => {
      tg.startSoon(() => listener.serve(echo, { onError: (error) => void errors.push(error) }));
      const client = await connectTcp("127.0.0.1", proxy.port);
      try {
        await fn(client, errors);
      } finally {
        await client.close();
        tg.cancel();
      }
    });
    await listener.close();
    await proxy[Symbol.asyncDispose]();
  });
}

async function echo(stream: SocketStream): Promise<void> {
  for await (const bytes of stream) await stream.send(bytes);
  await stream.sendEof();
}

describe("a connection that delays", () => {
  it("hands over everything, in order, both ends too", () =>
    through({ delay: 5 }, async (client) => {
      const sent = Buffer.alloc(300_000, "0123456789");
      const received: Uint8Array[] = [];

      await gather([
        () => client.send(sent).then(() => client.sendEof()),
        async () => {
          for await (const bytes of client) received.push(bytes);
        },
      ]);

      expect(Buffer.concat(received).equals(sent)).toBe(true);
    }));
});

describe("a connection that hands over single bytes", () => {
  it("tears no message apart that is read by its length or its end", () =>
    through({ splits: true }, async (client) => {
      const buffered = new BufferedByteStream(client);
      await client.send(Buffer.from("5:hello\r\nthe rest"));
      await client.sendEof();

      const length = Number(Buffer.from(await buffered.receiveUntil(Buffer.from(":"), 10)));
      const word = await buffered.receiveExactly(length);
      await buffered.receiveUntil(Buffer.from("\r\n"), 10);

      expect(Buffer.from(word).toString()).toBe("hello");
      expect(Buffer.from(await buffered.receiveExactly(8)).toString()).toBe("the rest");
      await caught(buffered.receive(), EndOfStreamError);
    }));

  it("tears no character apart", () =>
    through({ splits: true }, async (client) => {
      let text = "";
      await client.send(Buffer.from("déjà vu 🎈"));
      await client.sendEof();

      for await (const part of new TextReceiveStream(client)) text += part;

      expect(text).toBe("déjà vu 🎈");
    }));
});

describe("a connection that is reset in the middle of a message", () => {
  it("is broken on both sides, which is not the end", () =>
    through({ resetsAfter: 6 }, async (client, errors) => {
      const buffered = new BufferedByteStream(client);
      await client.send(Buffer.from("a message that never comes to its end"));

      const error = await caught(buffered.receiveExactly(20), BrokenResourceError);

      expect(error.cause).toMatchObject({ code: "ECONNRESET" });
      await caught(client.send(Buffer.from("more")), BrokenResourceError);
      await expect.poll(() => errors).toMatchObject([{ name: "BrokenResourceError" }]);
    }));

  it("is broken while much is being sent", () =>
    through({ resetsAfter: 500_000 }, async (client) => {
      const error = await caught(client.send(new Uint8Array(50_000_000)), BrokenResourceError);

      expect(error.cause).toMatchObject({ code: expect.stringMatching(/ECONNRESET|EPIPE/) });
    }));
});

describe("a connection that ends in the middle of a message", () => {
  it("is the end for whoever reads, and not enough for a message", () =>
    through({ endsAfter: 6 }, async (client) => {
      const buffered = new BufferedByteStream(client);
      await client.send(Buffer.from("a message that never comes to its end"));

      const error = await caught(buffered.receiveExactly(20), IncompleteReadError);

      expect(error).toMatchObject({ received: 6, expected: 20 });
      expect(Buffer.from(await buffered.receive()).toString()).toBe("a mess");
    }));
});

describe("a server that has lost a connection", () => {
  it("says so once, and goes on", async () => {
    const listener = await createTcpListener({ localHost: "127.0.0.1" });
    const port = listener.extra(SocketAttribute.localPort);
    const server = (listener.listeners[0] as SocketListener).extra(SocketAttribute.rawSocket) as Server;

    for (let i = 0; i < 3; i++) server.emit("error", new Error("accept ENOBUFS"));
    await withTaskGroup(async (tg) => {
      tg.startSoon(() => listener.serve(echo));
      await using client = await connectTcp("127.0.0.1", port);
      await client.send(Uint8Array.of(7));
      expect([...(await client.receive())]).toEqual([7]);
      tg.cancel();
    });
    await listener.close();

    expect((await takeWarnings()).map(({ message }) => message)).toEqual([
      `a TCP listener on 127.0.0.1:${port} loses connections: accept ENOBUFS`,
    ]);
  });
});
