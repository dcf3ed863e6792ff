import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import { BrokenResourceError, CancelScope, sleepForever, TimeoutError } from "@anyio/core";
import {
  connectTcp,
  createTcpListener,
  SocketAttribute,
  SocketStream,
  TLSAttribute,
  TLSListener,
  type TLSListenerOptions,
  type TLSOptions,
  TLSStream,
} from "@anyio/net";
import type { ByteStream } from "@anyio/streams";
import { withTaskGroup } from "@anyio/task-groups";
import { listenerContract } from "@anyio/testing";
import { skipOn } from "#support/runtimes";
import { makeCertificates } from "./support/certificates.js";

const { ca, server } = makeCertificates();

describe("TLSListener", () => {
  for (const { name, run } of listenerContract(async () => {
    const listener = await listen();
    // In TLS 1.2 it is the client who is through last: when it is, the handler is being called.
    return { listener, connect: () => connectTo(listener, { maxVersion: "TLSv1.2" }) };
  })) {
    it(name, run);
  }

  it("serves others while a client says nothing, and drops that one when its time is up", async () => {
    const listener = await listen({ handshakeTimeout: 200 });
    const answers: string[] = [];

    await withTaskGroup(async (tg) => {
      tg.startSoon(() => listener.serve((stream) => stream.send(bytes("hello"))));
      const silent = await connectTcp("127.0.0.1", portOf(listener));
      const client = await connectTo(listener);
      answers.push(text(await client.receive()));
      await client.close();

      await expect(silent.receive()).rejects.toThrow();
      answers.push("dropped");
      await silent.close();
      tg.cancel();
    });
    await listener.close();

    expect(answers).toEqual(["hello", "dropped"]);
  });

  it("tells onError of a handshake that took too long, with the stream it waited for", async () => {
    const listener = await listen({ handshakeTimeout: 50 });
    const told: [unknown, ByteStream][] = [];

    await withTaskGroup(async (tg) => {
      const onError = (error: unknown, stream: ByteStream): void => {
        told.push([error, stream]);
        tg.cancel();
      };
      tg.startSoon(() => listener.serve(() => {}, { onError }));
      const silent = await connectTcp("127.0.0.1", portOf(listener));
      await untilCancelled(silent);
    });
    await listener.close();

    expect(told).toEqual([[expect.any(TimeoutError), expect.any(SocketStream)]]);
    expect(String(told[0]?.[0])).toContain("TLS handshake");
  });

  it("tells onError of a handshake that failed, and goes on", async () => {
    const listener = await listen();
    const told: unknown[] = [];
    let answer = "";

    await withTaskGroup(async (tg) => {
      tg.startSoon(() =>
        listener.serve((stream) => stream.send(bytes("hello")), { onError: (error) => void told.push(error) }),
      );
      const stranger = await connectTcp("127.0.0.1", portOf(listener));
      await stranger.send(bytes("GET / HTTP/1.1\r\n\r\n"));
      await stranger.receive().catch(() => {});
      await stranger.close();
      const client = await connectTo(listener);
      answer = text(await client.receive());
      await client.close();
      tg.cancel();
    });
    await listener.close();

    expect(answer).toBe("hello");
    expect(told).toEqual([expect.any(BrokenResourceError)]);
    expect((told[0] as Error).cause).toBeInstanceOf(Error);
  });

  it("drops a connection whose handshake failed, where nobody wants to know", async () => {
    const listener = await listen();
    let answer = "";

    await withTaskGroup(async (tg) => {
      tg.startSoon(() => listener.serve((stream) => stream.send(bytes("hello"))));
      for (let i = 0; i < 20; i++) {
        const socket = connect(portOf(listener), "127.0.0.1");
        socket.on("error", () => {});
        if (i % 2 === 0) socket.on("connect", () => socket.resetAndDestroy());
        else socket.end("nonsense");
        await new Promise((resolve) => socket.on("close", resolve).resume());
      }
      const client = await connectTo(listener);
      answer = text(await client.receive());
      await client.close();
      tg.cancel();
    });
    await listener.close();

    expect(answer).toBe("hello");
  });

  it("fails its group with what onError throws about a handshake", async () => {
    const listener = await listen();
    const worse = new Error("enough");

    const serving = withTaskGroup(async (tg) => {
      tg.startSoon(() =>
        listener.serve(() => {}, {
          onError: () => {
            throw worse;
          },
        }),
      );
      const stranger = await connectTcp("127.0.0.1", portOf(listener));
      await stranger.send(bytes("nonsense, and enough of it to be told as such"));
      await untilCancelled(stranger);
    });

    await expect(serving).rejects.toBe(worse);
    await listener.close();
  });

  it("ends a handshake that is going on when serving is cancelled", async () => {
    const listener = await listen();
    const scope = new CancelScope();
    const serving = scope.run(() => listener.serve(() => {}));
    const silent = await connectTcp("127.0.0.1", portOf(listener));
    await new Promise((resolve) => setTimeout(resolve, 50));

    scope.cancel();
    await serving;

    await expect(silent.receive()).rejects.toThrow();
    await silent.close();
    await listener.close();
  });

  it("knows what the listener under it knows, and whether it is strict", async () => {
    const listener = await listen({ standardCompatible: false });

    expect(listener.extra(SocketAttribute.localPort)).toBe(listener.listener.extra(SocketAttribute.localPort));
    expect(listener.extra(TLSAttribute.standardCompatible)).toBe(false);
    await listener.close();
  });

  it("refuses options that are none, before there is a connection", async () => {
    const listener = await createTcpListener({ localHost: "127.0.0.1" });
    const make = (options: unknown) => () => new TLSListener(listener, options as TLSListenerOptions);

    expect(make(undefined)).toThrow(/needs a certificate/);
    expect(make({ cert: server.cert, key: server.key, handshakeTimeout: "1s" })).toThrow(TypeError);
    expect(make({ cert: server.cert, key: server.key, handshakeTimeout: 0 })).toThrow(RangeError);
    expect(make({ cert: server.cert, key: server.key, handshakeTimeout: Number.NaN })).toThrow(RangeError);
    expect(make({ cert: server.cert, key: server.key, hostname: "localhost" })).toThrow(/hostname is for clients/);
    expect(() => new TLSListener({} as never, { cert: server.cert, key: server.key })).toThrow(TypeError);
    await listener.close();
  });

  it("refuses a certificate that cannot be read", async () => {
    skipOn("deno", "Deno looks at a certificate only when a handshake begins");
    const listener = await createTcpListener({ localHost: "127.0.0.1" });

    expect(() => new TLSListener(listener, { cert: "nonsense", key: "nonsense" })).toThrow();

    await listener.close();
  });
});

async function listen(options: Partial<TLSListenerOptions> = {}): Promise<TLSListener> {
  const listener = await createTcpListener({ localHost: "127.0.0.1" });
  return new TLSListener(listener, { cert: server.cert, key: server.key, ...options });
}

async function connectTo(listener: TLSListener, options: Partial<TLSOptions> = {}): Promise<TLSStream> {
  const stream = await connectTcp("127.0.0.1", portOf(listener));
  return TLSStream.wrap(stream, { hostname: "localhost", ca, ...options });
}

/** Keeps a stream open until it is cancelled. */
async function untilCancelled(stream: ByteStream): Promise<void> {
  try {
    await sleepForever();
  } finally {
    await stream.close();
  }
}

function portOf(listener: TLSListener): number {
  return listener.extra(SocketAttribute.localPort);
}

function bytes(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

function text(value: Uint8Array): string {
  return new TextDecoder().decode(value);
}
