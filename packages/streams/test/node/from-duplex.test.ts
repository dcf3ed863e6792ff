import { type AddressInfo, connect, createServer } from "node:net";
import { Duplex, PassThrough } from "node:stream";
import { createGzip, gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import {
  BrokenResourceError,
  BusyResourceError,
  CancelScope,
  ClosedResourceError,
  EndOfStreamError,
  failAfter,
  forceClose,
  moveOnAfter,
} from "@anyio/core";
import { fromDuplex } from "@anyio/streams/node";
import { gather } from "@anyio/task-groups";
import { caught, errorOf } from "#support/caught";
import { skipExplored } from "#support/explored";
import { turns } from "#support/turn";
import { added, bytes, listenersOf, received, socketPair, text } from "./support/nodes.js";

describe("fromDuplex", () => {
  it("sends and receives over a socket", async () => {
    const [near, far] = await streamPair();

    await near.send(bytes("ping"));
    expect(text(await far.receive())).toBe("ping");
    await far.send(bytes("pong"));
    expect(text(await near.receive())).toBe("pong");

    await gather([() => near.close(), () => far.close()]);
  });

  it("goes on receiving after sendEof", async () => {
    const [near, far] = await streamPair();

    await near.send(bytes("question"));
    await near.sendEof();
    await near.sendEof();
    expect(text(await received(far))).toBe("question");
    await caught(near.send(bytes("more")), ClosedResourceError);
    await far.send(bytes("answer"));
    await far.sendEof();

    expect(text(await received(near))).toBe("answer");
    await caught(near.send(bytes("more")), ClosedResourceError);
    await near.sendEof();
    await gather([() => near.close(), () => far.close()]);
  });

  it("sends a megabyte each way at once", async () => {
    const [near, far] = await streamPair();
    const megabyte = Buffer.alloc(1024 * 1024, "x");

    const results = await gather(
      [near, far].flatMap((stream) => [
        () => received(stream).then((all) => all.length),
        () => stream.send(megabyte).then(() => stream.sendEof()),
      ]),
    );

    expect(results.filter(Boolean)).toEqual([megabyte.length, megabyte.length]);
    await gather([() => near.close(), () => far.close()]);
  });

  it("stops a sender whose receiver is slow, and loses nothing of what it sent", async () => {
    const [near, far] = await streamPair();
    const chunk = Buffer.alloc(1024 * 1024, "x");
    let sent = 0;
    await moveOnAfter(100, async () => {
      for (;;) {
        sent += chunk.length;
        await near.send(chunk);
      }
    });
    expect(sent).toBeLessThan(64 * chunk.length);

    const [all] = await gather([() => received(far), () => near.close()]);

    expect(all.length).toBe(sent);
    await far.close();
  });

  it("refuses two sends, two receives, and an end beside a send", async () => {
    const stream = fromDuplex(new Duplex({ read() {}, write() {} }));
    const receiving = caught(stream.receive(), ClosedResourceError);
    const sending = caught(stream.send(bytes("x")), ClosedResourceError);

    await caught(stream.receive(), BusyResourceError);
    await caught(stream.send(bytes("y")), BusyResourceError);
    await caught(stream.sendEof(), BusyResourceError);

    await forceClose(stream);
    await gather([() => receiving, () => sending]);
  });

  it("sends the end all the same where sendEof is cancelled", async () => {
    const through = new PassThrough({ highWaterMark: 1 });
    const stream = fromDuplex(through);
    for (const word of ["one", "two"]) await moveOnAfter(2, () => stream.send(bytes(word)));

    await moveOnAfter(2, () => stream.sendEof());

    await caught(stream.send(bytes("three")), ClosedResourceError);
    expect(text(await received(stream))).toBe("onetwo");
    await stream.close();
  });

  it("throws one error from both directions", async () => {
    const failure = new Error("the cable is cut");
    const duplex = new Duplex({ read() {}, write() {} });
    const stream = fromDuplex(duplex);
    const waiting = [errorOf(stream.receive()), errorOf(stream.send(bytes("x")))];
    await turns(1);

    duplex.destroy(failure);

    expect(await Promise.all(waiting)).toEqual([failure, failure]);
    expect(await errorOf(stream.sendEof())).toBe(failure);
  });

  it("is broken, with the system's error as the cause, where the peer resets the connection", async () => {
    const [near, far] = await socketPair();
    const stream = fromDuplex(near);
    const waiting = caught(stream.receive(), BrokenResourceError);
    await turns(1);

    far.resetAndDestroy();

    expect((await waiting).cause).toMatchObject({ code: "ECONNRESET" });
    await stream.close();
  });

  it("is broken where it is destroyed early", async () => {
    const [near, far] = await socketPair();
    const stream = fromDuplex(near);
    const waiting = caught(stream.receive(), BrokenResourceError);
    await turns(1);

    near.destroy();

    await waiting;
    await caught(stream.send(bytes("x")), BrokenResourceError);
    await stream.close();
    far.destroy();
  });

  it("ends where the peer ends, also where that ends both directions", async () => {
    const server = createServer((socket) => void socket.end("bye"));
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
    const stream = fromDuplex(connect((server.address() as AddressInfo).port, "127.0.0.1"));

    expect(text(await received(stream))).toBe("bye");
    await caught(stream.receive(), EndOfStreamError);
    await stream.close();
    server.close();
  });

  it("refuses half a stream, and streams of other things than bytes", () => {
    expect(() => fromDuplex(new PassThrough({ readableObjectMode: true }))).toThrow(TypeError);
    expect(() => fromDuplex(new PassThrough({ writableObjectMode: true }))).toThrow(TypeError);
    expect(() => fromDuplex(new PassThrough({ encoding: "latin1" }))).toThrow(TypeError);
    expect(() => fromDuplex({} as never)).toThrow(TypeError);
  });
});

describe("close of fromDuplex", () => {
  it("tells the other side of the end, and waits for the socket to close", async () => {
    const [near, far] = await socketPair();
    const stream = fromDuplex(near);
    await stream.send(bytes("bye"));

    await stream.close();

    expect(near.closed).toBe(true);
    expect(text(await received(far))).toBe("bye");
    far.destroy();
  });

  it("flushes past what nobody has received", async () => {
    const through = new PassThrough({ highWaterMark: 10 });
    const stream = fromDuplex(through);
    await moveOnAfter(5, async () => {
      for (;;) await stream.send(Buffer.alloc(10));
    });
    await stream.receive(1);

    await failAfter(5000, () => stream.close());

    expect(through.writableFinished).toBe(true);
  });

  it("flushes past what came unasked", async () => {
    skipExplored("what it waits for takes real time, and its time limit is virtual");
    const gzip = createGzip();
    const stream = fromDuplex(gzip);
    for (let i = 0; i < 4; i++) await moveOnAfter(5, () => stream.send(randomBytes(100_000)));

    await failAfter(5000, () => stream.close());

    expect(gzip.writableFinished).toBe(true);
  });

  it("ends whoever waits, in both directions", async () => {
    const stream = fromDuplex(new Duplex({ read() {}, write() {} }));
    const waiting = [
      caught(stream.receive(), ClosedResourceError),
      caught(stream.send(bytes("x")), ClosedResourceError),
    ];
    await turns(1);

    await forceClose(stream);

    await Promise.all(waiting);
    await caught(stream.sendEof(), ClosedResourceError);
  });

  it("waits for the peer to take what cancelled sends left, until it is cancelled", async () => {
    const [near, far] = await streamPair();
    await moveOnAfter(50, async () => {
      for (;;) await near.send(Buffer.alloc(1024 * 1024));
    });
    const scope = new CancelScope();
    const events: string[] = [];

    const closing = scope.run(async () => {
      await near.close();
      events.push("closed");
    });
    await turns(5);
    events.push("cancelled");
    scope.cancel();
    await closing;

    expect(events).toEqual(["cancelled", "closed"]);
    await forceClose(far);
  });

  it("says nothing of a peer that is gone", async () => {
    const [near, far] = await socketPair();
    const stream = fromDuplex(near);
    await stream.send(bytes("x"));
    far.resetAndDestroy();
    await turns(3);

    await stream.close();
  });

  it("leaves no listener behind but the one for errors", async () => {
    const [near, far] = await socketPair();
    const before = listenersOf(near);
    const stream = fromDuplex(near);
    for (let i = 0; i < 30; i++) {
      const scope = new CancelScope();
      const receiving = scope.run(() => stream.receive());
      await stream.send(bytes("x"));
      scope.cancel();
      await receiving;
    }
    await stream.sendEof();
    expect(added(before, listenersOf(near))).toEqual({ error: 1, close: 1, readable: 1, end: 1, finish: 1 });

    await stream.close();
    await turns(2);

    expect(added(before, listenersOf(near))).toEqual({ error: 1 });
    far.destroy();
  });

  it("works through gzip and back", async () => {
    const stream = fromDuplex(createGzip());

    const [packed] = await gather([
      () => received(stream),
      async () => {
        for (let i = 0; i < 100; i++) await stream.send(bytes("hello "));
        await stream.sendEof();
      },
    ]);

    expect(gunzipSync(packed).toString()).toBe("hello ".repeat(100));
    await caught(stream.receive(), EndOfStreamError);
    await stream.close();
  });
});

async function streamPair() {
  const [near, far] = await socketPair();
  return [fromDuplex(near), fromDuplex(far)] as const;
}

function randomBytes(length: number): Uint8Array {
  return Uint8Array.from({ length }, () => Math.random() * 256);
}
