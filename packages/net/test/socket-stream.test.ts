import { once } from "node:events";
import type { Socket } from "node:net";
import {
  BrokenResourceError,
  BusyResourceError,
  CancelScope,
  ClosedResourceError,
  dumpTasks,
  EndOfStreamError,
  forceClose,
  InvalidStateError,
  moveOnAfter,
  run,
  TypedAttributeLookupError,
  waitAllTasksBlocked,
} from "@anyio/core";
import { SocketAttribute, SocketStream } from "@anyio/net";
import { withTaskGroup } from "@anyio/task-groups";
import { assertNoLeaks, byteStreamContract } from "@anyio/testing";
import { caught, errorOf } from "#support/caught";
import { check } from "#support/property";
import { turns } from "#support/turn";
import { unhandledRejectionsOf } from "#support/unhandled";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { closesAllSockets } from "./support/descriptors.js";
import { receiveAll, settle } from "./support/receive.js";
import { tcpPair, tcpSockets, unixPair, unixSockets } from "./support/pairs.js";

describe("SocketStream over TCP", () => {
  for (const { name, run: prove } of byteStreamContract(tcpPair)) it(name, prove);
});

describe("SocketStream over a Unix socket", () => {
  for (const { name, run: prove } of byteStreamContract(unixPair)) it(name, prove);
});

/** A stream, and the socket of Node's at its other side. */
async function withPeer(fn: (stream: SocketStream, peer: Socket) => Promise<void>): Promise<void> {
  const [socket, peer] = await tcpSockets();
  peer.on("error", () => {});
  const stream = SocketStream.fromSocket(socket);
  try {
    await fn(stream, peer);
  } finally {
    await forceClose(stream);
    peer.destroy();
  }
}

describe("SocketStream.fromSocket", () => {
  it("refuses what is no socket", () => {
    expect(() => SocketStream.fromSocket({} as Socket)).toThrow(TypeError);
  });

  it("refuses a socket that has an encoding", async () => {
    const [socket, peer] = await tcpSockets();
    socket.setEncoding("utf8");

    expect(() => SocketStream.fromSocket(socket)).toThrow('socket has the encoding "utf8"; leave it out');

    socket.destroy();
    peer.destroy();
  });

  it("refuses a socket that has a stream", () =>
    withPeer(async (stream) => {
      expect(() => SocketStream.fromSocket(stream.extra(SocketAttribute.rawSocket) as Socket)).toThrow(
        InvalidStateError,
      );
    }));

  it("takes a socket that is connecting, and sends when it is connected", async () => {
    const { createServer, connect } = await import("node:net");
    const server = createServer((peer) => peer.pipe(peer)).listen(0, "127.0.0.1");
    await once(server, "listening");
    const stream = SocketStream.fromSocket(connect((server.address() as { port: number }).port, "127.0.0.1"));

    await stream.send(Uint8Array.of(1, 2));
    const bytes = await receiveAll(stream, 2);

    expect([...bytes]).toEqual([1, 2]);
    expect(stream.extra(SocketAttribute.family)).toBe("ipv4");
    await stream.close();
    server.close();
  });

  it("takes a socket that fails to connect for one that is broken", async () => {
    const { connect } = await import("node:net");
    const stream = SocketStream.fromSocket(connect(1, "127.0.0.1"));

    const error = await caught(stream.receive(), BrokenResourceError);

    expect(error.cause).toMatchObject({ code: "ECONNREFUSED" });
    await stream.close();
  });

  it("takes a socket that was paused, and what it had received", async () => {
    const [socket, peer] = await tcpSockets();
    socket.pause();
    peer.write("early");
    await turns(5);

    const stream = SocketStream.fromSocket(socket);

    expect((await receiveAll(stream, 5)).toString()).toBe("early");
    await stream.close();
    peer.destroy();
  });

  it("takes a socket that is gone for one that is broken", async () => {
    const [socket, peer] = await tcpSockets();
    socket.destroy();
    await once(socket, "close");

    const stream = SocketStream.fromSocket(socket);

    await caught(stream.receive(), BrokenResourceError);
    await caught(stream.send(Uint8Array.of(1)), BrokenResourceError);
    await stream.close();
    peer.destroy();
  });
});

describe("SocketStream", () => {
  it("works outside of run() and of every scope, and in a program", async () => {
    const [a, b] = await tcpPair();

    const bytes = await run(async () => {
      await a.send(Uint8Array.of(7));
      return b.receive();
    });

    expect([...bytes]).toEqual([7]);
    await Promise.all([a.close(), b.close()]);
  });

  it("hands over plain Uint8Arrays", () =>
    withPeer(async (stream, peer) => {
      peer.write("x");

      expect((await stream.receive()).constructor).toBe(Uint8Array);
    }));

  it("hands over all that there is, where it came in pieces", () =>
    withPeer(async (stream, peer) => {
      for (const piece of ["one ", "two ", "three"]) {
        peer.write(piece);
        await settle();
      }

      expect(Buffer.from(await stream.receive()).toString()).toBe("one two three");
    }));

  it("refuses to send what is not bytes", () =>
    withPeer(async (stream) => {
      await expect(stream.send("text" as never)).rejects.toThrow("bytes must be a Uint8Array, not string");
    }));

  it("lets the caller use its buffer again once it is sent", () =>
    withPeer(async (stream, peer) => {
      const received: Buffer[] = [];
      peer.on("data", (chunk: Buffer) => received.push(Buffer.from(chunk)));
      const buffer = new Uint8Array(100_000);
      const ended = once(peer, "end");

      for (let i = 1; i <= 20; i++) await stream.send(buffer.fill(i));
      await stream.sendEof();
      await ended;

      const all = Buffer.concat(received);
      const expected = Buffer.concat(Array.from({ length: 20 }, (_, i) => Buffer.alloc(100_000, i + 1)));
      expect(all.equals(expected)).toBe(true);
    }));

  it("says what it waits for in a task dump", () =>
    withPeer((stream) =>
      run(async () => {
        const dump = await withTaskGroup(async (tg) => {
          tg.startSoon(() => stream.receive(), { name: "reader" });
          await waitAllTasksBlocked();
          const text = dumpTasks();
          tg.cancel();
          return text;
        });

        expect(dump).toMatch(/reader.*waiting for bytes from a socket/);
      }),
    ));

  it("loses nothing, however it comes and whoever is cancelled", () =>
    check(
      fc.asyncProperty(
        fc.array(fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 70_000 })), {
          minLength: 1,
          maxLength: 12,
        }),
        fc.array(fc.tuple(fc.integer({ min: 500, max: 90_000 }), fc.boolean()), { minLength: 1, maxLength: 12 }),
        async (sizes, reads) => {
          const [a, b] = await tcpPair();
          const sent = sizes.map((size, i) => Buffer.alloc(size, i + 1));
          const received: Uint8Array[] = [];

          const sending = withTaskGroup(async () => {
            for (const bytes of sent) await a.send(bytes);
            await a.sendEof();
          });
          for (let i = 0, isOver = false; !isOver; i++) {
            const [maxBytes, isCancelled] = reads[i % reads.length] ?? [1, false];
            const scope = new CancelScope();
            const receiving = scope.run(() => b.receive(maxBytes));
            if (isCancelled && i % 5 !== 4) scope.cancel();
            const bytes = await receiving.catch((error: unknown) => error);
            if (bytes instanceof Uint8Array) received.push(bytes);
            isOver = bytes instanceof EndOfStreamError;
            expect(bytes === undefined || bytes instanceof Uint8Array || isOver).toBe(true);
          }
          await sending;

          expect(Buffer.concat(received).equals(Buffer.concat(sent))).toBe(true);
          await Promise.all([a.close(), b.close()]);
        },
      ),
      40,
    ));
});

describe("the end of a SocketStream", () => {
  it("comes after what was sent, and sending the other way goes on", () =>
    withPeer(async (stream, peer) => {
      const received: string[] = [];
      peer.on("data", (chunk: Buffer) => received.push(chunk.toString()));
      const ended = once(peer, "end");
      peer.end("the last");

      expect(Buffer.from(await stream.receive()).toString()).toBe("the last");
      await caught(stream.receive(), EndOfStreamError);
      await stream.send(Buffer.from("an answer"));
      await stream.sendEof();
      await ended;

      expect(received).toEqual(["an answer"]);
    }));

  it("may be sent first, and receiving goes on", () =>
    withPeer(async (stream, peer) => {
      peer.resume().on("end", () => peer.end("an answer"));

      await stream.send(Buffer.from("a question"));
      await stream.sendEof();

      expect(Buffer.from(await stream.receive()).toString()).toBe("an answer");
      await caught(stream.receive(), EndOfStreamError);
      await caught(stream.send(Uint8Array.of(1)), ClosedResourceError);
    }));

  it("may be sent twice", () =>
    withPeer(async (stream, peer) => {
      peer.resume();

      await stream.sendEof();
      await stream.sendEof();
    }));

  it("stays the end where the connection breaks after it", () =>
    withPeer(async (stream, peer) => {
      peer.end();
      await caught(stream.receive(), EndOfStreamError);

      peer.destroy();
      const error = await caught(sendUntilItFails(stream), BrokenResourceError);

      expect(error.cause).toMatchObject({ code: expect.stringMatching(/EPIPE|ECONNRESET/) });
      await caught(stream.receive(), EndOfStreamError);
    }));

  it("is not sent in a cancelled scope", () =>
    withPeer(async (stream, peer) => {
      const scope = new CancelScope();
      scope.cancel();

      await scope.run(() => stream.sendEof());
      await stream.send(Uint8Array.of(1));

      expect(scope.cancelledCaught).toBe(true);
      expect(await once(peer, "data")).toEqual([Buffer.of(1)]);
    }));

  it("is sent all the same where whoever waits for that is cancelled", () =>
    withPeer(async (stream, peer) => {
      peer.pause();
      const bytes = new Uint8Array(10_000_000);
      await moveOnAfter(20, () => stream.send(bytes));

      await moveOnAfter(20, () => stream.sendEof());
      let received = 0;
      peer.on("data", (chunk: Buffer) => (received += chunk.length)).resume();
      await once(peer, "end");

      expect(received).toBe(bytes.length);
    }));
});

describe("a connection that is reset", () => {
  it("fails whoever waits to receive, with the system's error as the cause", () =>
    withPeer(async (stream, peer) => {
      const receiving = caught(stream.receive(), BrokenResourceError);
      await settle();

      peer.resetAndDestroy();

      const error = await receiving;
      expect(error.cause).toMatchObject({ code: "ECONNRESET" });
      expect(error.message).toContain("the other side has reset it (ECONNRESET)");
    }));

  it("fails a loop", () =>
    withPeer(async (stream, peer) => {
      const loop = stream[Symbol.asyncIterator]();
      const step = caught(loop.next(), BrokenResourceError);
      await settle();

      peer.resetAndDestroy();

      expect((await step).cause).toMatchObject({ code: "ECONNRESET" });
    }));

  it("tells that to who comes later, each with an error of its own", () =>
    withPeer(async (stream, peer) => {
      const socket = stream.extra(SocketAttribute.rawSocket) as Socket;
      peer.resetAndDestroy();
      await new Promise((resolve) => socket.once("close", resolve));

      const first = await caught(stream.receive(), BrokenResourceError);
      const second = await caught(stream.receive(), BrokenResourceError);
      const third = await caught(stream.send(Uint8Array.of(1)), BrokenResourceError);

      expect([first, second, third].map(({ cause }) => (cause as NodeJS.ErrnoException).code)).toEqual(
        Array<string>(3).fill("ECONNRESET"),
      );
      expect(second).not.toBe(first);
    }));

  it("hands over first what came before", () =>
    withPeer(async (stream, peer) => {
      const socket = stream.extra(SocketAttribute.rawSocket) as Socket;
      peer.write("before");
      await settle();

      peer.resetAndDestroy();
      await new Promise((resolve) => socket.once("close", resolve));

      expect(Buffer.from(await stream.receive()).toString()).toBe("before");
      await caught(stream.receive(), BrokenResourceError);
    }));

  it("fails whoever waits to send", () =>
    withPeer(async (stream, peer) => {
      const sending = caught(sendUntilItFails(stream), BrokenResourceError);
      await settle();

      peer.resetAndDestroy();

      expect((await sending).cause).toMatchObject({ code: expect.stringMatching(/ECONNRESET|EPIPE/) });
    }));

  it("troubles nobody who does not use it, not even an error handler of the process", async () => {
    const rejections = await unhandledRejectionsOf(() =>
      withPeer(async (stream, peer) => {
        peer.resetAndDestroy();
        await settle();
        await stream.close();
      }),
    );

    expect(rejections).toEqual([]);
  });

  it("still tells whose it was", () =>
    withPeer(async (stream, peer) => {
      const port = (peer.address() as { port: number }).port;
      peer.resetAndDestroy();
      await caught(stream.receive(), BrokenResourceError);

      expect(stream.extra(SocketAttribute.remoteAddress)).toEqual(["127.0.0.1", port]);
      expect(stream.extra(SocketAttribute.remotePort)).toBe(port);
    }));

  it("is told by close() where bytes are lost by it that nobody knows of", () =>
    withPeer(async (stream, peer) => {
      const socket = stream.extra(SocketAttribute.rawSocket) as Socket;
      await fill(stream);
      peer.resetAndDestroy();
      await new Promise((resolve) => socket.once("close", resolve));

      const error = await caught(stream.close(), BrokenResourceError);

      expect(error.cause).toMatchObject({ code: expect.stringMatching(/ECONNRESET|EPIPE/) });
      await stream.close();
    }));
});

describe("a socket that somebody destroys behind its stream's back", () => {
  it("is a broken stream", () =>
    withPeer(async (stream) => {
      const receiving = caught(stream.receive(), BrokenResourceError);
      await settle();

      (stream.extra(SocketAttribute.rawSocket) as Socket).destroy();

      expect((await receiving).message).toContain("the socket was destroyed by somebody else");
      await caught(stream.send(Uint8Array.of(1)), BrokenResourceError);
    }));

  it("is a broken stream with the error it was destroyed with as the cause", () =>
    withPeer(async (stream) => {
      const why = new Error("enough");
      const receiving = caught(stream.receive(), BrokenResourceError);
      await settle();

      (stream.extra(SocketAttribute.rawSocket) as Socket).destroy(why);

      expect((await receiving).cause).toBe(why);
    }));
});

describe("a side that does not receive", () => {
  it("stops the one that sends, and takes no more than so much memory", async () => {
    const [a, b] = await tcpPair();
    const receiver = b.extra(SocketAttribute.rawSocket) as Socket;
    const piece = new Uint8Array(1_000_000);

    const sending = errorOf(withTaskGroup(() => sendUntilItFails(a, piece)));
    await settle();
    await settle();
    const readBefore = receiver.bytesRead;
    await settle();

    expect(receiver.bytesRead).toBe(readBefore);
    expect(receiver.bytesRead).toBeLessThan(1_000_000);
    await forceClose(b);
    expect(await sending).toBeInstanceOf(BrokenResourceError);
    await a.close().catch(() => {});
  });

  it("does not let one-byte pieces take more", async () => {
    const [socket, peer] = await tcpSockets();
    const stream = SocketStream.fromSocket(socket);
    for (let i = 0; i < 2_000; i++) {
      peer.write("x");
      if (i % 20 === 0) await turns(1);
    }
    await settle();

    let received = 0;
    while (received < 2_000) received += (await stream.receive(700)).length;

    expect(received).toBe(2_000);
    await forceClose(stream);
    peer.destroy();
  });

  it("keeps close() waiting, which a scope bounds", async () => {
    const [a, b] = await tcpPair();
    await fill(a);

    const events: string[] = [];
    await moveOnAfter(100, async () => {
      const closing = a.close().then(() => events.push("closed"));
      await settle();
      events.push("it waits");
      await closing;
    });

    expect(events).toEqual(["it waits", "closed"]);
    await caught(a.receive(), ClosedResourceError);
    await forceClose(b);
  });

  it("gets all that was sent, also of a send that was cancelled, before it is closed", async () => {
    const [a, b] = await tcpPair();
    const bytes = new Uint8Array(20_000_000).fill(7);
    await moveOnAfter(20, () => a.send(bytes));

    const [, received] = await Promise.all([a.close(), receiveAll(b)]);

    expect(received.length).toBe(bytes.length);
    await b.close();
  });
});

describe("two in the same direction", () => {
  it("are one too many to receive, also in a loop", () =>
    withPeer(async (stream, peer) => {
      const loop = stream[Symbol.asyncIterator]();
      const first = loop.next();

      await caught(stream.receive(), BusyResourceError);
      await caught(stream[Symbol.asyncIterator]().next(), BusyResourceError);
      peer.write("x");

      expect((await first).value).toHaveLength(1);
    }));

  it("are one too many to send the end", () =>
    withPeer(async (stream) => {
      const first = errorOf(sendUntilItFails(stream));
      await settle();

      await caught(stream.sendEof(), BusyResourceError);
      await forceClose(stream);

      expect(await first).toBeInstanceOf(ClosedResourceError);
    }));
});

describe("a loop over a SocketStream", () => {
  it("ends with the stream, and goes on to have ended", () =>
    withPeer(async (stream, peer) => {
      peer.end("x");
      const loop = stream[Symbol.asyncIterator]();

      const steps = [await loop.next(), await loop.next(), await loop.next()];

      expect(steps.map(({ done }) => done)).toEqual([false, true, true]);
    }));

  it("goes on after a step that was cancelled", () =>
    withPeer(async (stream, peer) => {
      const loop = stream[Symbol.asyncIterator]();
      await moveOnAfter(5, () => loop.next());

      peer.write("x");

      expect((await loop.next()).value).toHaveLength(1);
    }));

  it("rejects with what it is told to throw, and has ended", () =>
    withPeer(async (stream) => {
      const loop = stream[Symbol.asyncIterator]();
      const pending = loop.next();
      const failure = new Error("a reason");

      await expect(loop.throw?.(failure)).rejects.toBe(failure);

      expect(await pending).toEqual({ value: undefined, done: true });
    }));
});

describe("closing a SocketStream", () => {
  it("leaves no socket open, however it ends", () =>
    closesAllSockets(async () => {
      const [a, b] = await tcpPair();
      const [c, d] = await unixPair();
      const scope = new CancelScope();
      scope.cancel();

      await a.close();
      await scope.run(() => b.close());
      await forceClose(c);
      await d[Symbol.asyncDispose]();
    }));

  it("is noticed by who looks for leaks where it is forgotten", async () => {
    const [socket, peer] = await tcpSockets();

    const leak = await errorOf(assertNoLeaks(async () => void SocketStream.fromSocket(socket)));

    expect((leak as Error).message).toMatch(/a TCP connection to 127\.0\.0\.1:\d+/);
    await assertNoLeaks(async () => SocketStream.fromSocket(peer).close());
  });

  it("may be done from several tasks, and each waits", async () => {
    const [a, b] = await tcpPair();
    await fill(a);
    const events: string[] = [];

    const closing = Promise.all([a.close(), a.close()]).then(() => events.push("closed"));
    await settle();
    events.push("receiving");
    await receiveAll(b);
    await closing;

    expect(events).toEqual(["receiving", "closed"]);
    await b.close();
  });
});

describe("the attributes of a SocketStream", () => {
  it.each([
    ["ipv4", "127.0.0.1"],
    ["ipv6", "::1"],
  ])("tell both sides over %s", async (family, host) => {
    const [socket, peer] = await tcpSockets(host);
    const stream = SocketStream.fromSocket(socket);
    const { localPort, remotePort } = socket;

    expect(stream.extra(SocketAttribute.family)).toBe(family);
    expect(stream.extra(SocketAttribute.localAddress)).toEqual([host, localPort]);
    expect(stream.extra(SocketAttribute.localPort)).toBe(localPort);
    expect(stream.extra(SocketAttribute.remoteAddress)).toEqual([host, remotePort]);
    expect(stream.extra(SocketAttribute.remotePort)).toBe(remotePort);
    expect(stream.extra(SocketAttribute.rawSocket)).toBe(socket);
    await stream.close();
    peer.destroy();
  });

  it("are missing where a socket of Node's has no address", async () => {
    const [socket, peer] = await unixSockets();
    const stream = SocketStream.fromSocket(socket);

    expect(() => stream.extra(SocketAttribute.remotePort)).toThrow(TypedAttributeLookupError);
    expect(stream.extra(SocketAttribute.localPort, null)).toBe(null);
    await stream.close();
    peer.destroy();
  });
});

async function sendUntilItFails(stream: SocketStream, piece = new Uint8Array(100_000)): Promise<never> {
  for (;;) await stream.send(piece);
}

/** Sends until the system takes no more; the last of it is still on its way. */
async function fill(stream: SocketStream): Promise<void> {
  const isTaken = (): Promise<boolean | undefined> =>
    moveOnAfter(50, () => stream.send(new Uint8Array(100_000)).then(() => true));
  while (await isTaken());
}
