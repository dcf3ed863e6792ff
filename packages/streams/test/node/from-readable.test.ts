import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { PassThrough, Readable, Writable } from "node:stream";
import { createGunzip, gzipSync } from "node:zlib";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  BrokenResourceError,
  BusyResourceError,
  CancelScope,
  ClosedResourceError,
  EndOfStreamError,
  forceClose,
  moveOnAfter,
} from "@anyio/core";
import { currentScope } from "@anyio/core/lowlevel";
import { fromReadable } from "@anyio/streams/node";
import { caught, errorOf } from "#support/caught";
import { check } from "#support/property";
import { turns } from "#support/turn";
import { added, bytes, listenersOf, received, socketPair, text, until } from "./support/nodes.js";

describe("fromReadable", () => {
  it("receives what is pushed, then ends, again and again", async () => {
    const stream = fromReadable(readableOf("one", "two"));

    expect(text(await received(stream))).toBe("onetwo");
    await caught(stream.receive(), EndOfStreamError);
    await caught(stream.receive(), EndOfStreamError);
  });

  it("waits for bytes that are not there yet", async () => {
    const source = new PassThrough();
    const stream = fromReadable(source);

    const first = stream.receive();
    await turns(2);
    source.write("hello");

    expect(text(await first)).toBe("hello");
    await stream.close();
  });

  it("takes maxBytes at most, and keeps the rest", async () => {
    const stream = fromReadable(readableOf("abcdefgh"));

    expect(text(await stream.receive(3))).toBe("abc");
    expect(text(await stream.receive(3))).toBe("def");
    expect(text(await stream.receive(3))).toBe("gh");
    await caught(stream.receive(3), EndOfStreamError);
  });

  it("gives plain Uint8Arrays", async () => {
    const chunk = await fromReadable(readableOf("hello")).receive();

    expect(Object.getPrototypeOf(chunk)).toBe(Uint8Array.prototype);
  });

  it.each([0, -1, 1.5, NaN, Infinity, "3" as never])("refuses %s for maxBytes", async (maxBytes) => {
    const source = new PassThrough();
    const stream = fromReadable(source);

    await caught(stream.receive(maxBytes), RangeError);
    expect(source.listenerCount("readable")).toBe(0);
    await stream.close();
  });

  it("reads nothing before somebody receives", async () => {
    let reads = 0;
    const source = new Readable({ read: () => void reads++ });
    const stream = fromReadable(source);

    await turns(3);

    expect(reads).toBe(0);
    await stream.close();
  });

  it("stops the source where nobody receives", async () => {
    let produced = 0;
    const source = new Readable({
      highWaterMark: 1000,
      read() {
        produced += 100;
        this.push(Buffer.alloc(100));
      },
    });
    const stream = fromReadable(source);

    await stream.receive(1);
    await turns(10);
    const atFirst = produced;
    await turns(50);

    expect(produced).toBe(atFirst);
    expect(produced).toBeLessThanOrEqual(2200);
    await stream.close();
  });

  it("loses nothing by a receive that is cancelled", async () => {
    const source = new PassThrough();
    const stream = fromReadable(source);

    await moveOnAfter(5, () => stream.receive());
    source.write("late");

    expect(text(await stream.receive())).toBe("late");
    await stream.close();
  });

  it("takes nothing in a cancelled scope", async () => {
    const source = readableOf("hello");
    const stream = fromReadable(source);
    const scope = new CancelScope();
    scope.cancel();

    await scope.run(() => stream.receive());

    expect(scope.cancelledCaught).toBe(true);
    expect(text(await stream.receive())).toBe("hello");
  });

  it("refuses a second receive while one waits", async () => {
    const source = new PassThrough();
    const stream = fromReadable(source);
    const first = stream.receive();

    await caught(stream.receive(), BusyResourceError);
    source.write("for the first");

    expect(text(await first)).toBe("for the first");
    await stream.close();
  });

  it("throws the error of the source as it is, after what came before it", async () => {
    const failure = new Error("the disk is on fire");
    const source = new PassThrough();
    const stream = fromReadable(source);
    source.write("before");
    source.destroy(failure);

    expect(text(await stream.receive())).toBe("before");
    expect(await errorOf(stream.receive())).toBe(failure);
    expect(await errorOf(stream.receive())).toBe(failure);
  });

  it("throws it to whoever waits", async () => {
    const failure = new Error("the disk is on fire");
    const source = new PassThrough();
    const stream = fromReadable(source);
    const waiting = errorOf(stream.receive());
    await turns(1);

    source.destroy(failure);

    expect(await waiting).toBe(failure);
  });

  it("keeps the first of two errors", async () => {
    const first = new Error("first");
    const source = new Readable({ read() {}, autoDestroy: false });
    const stream = fromReadable(source);

    source.emit("error", first);
    source.emit("error", new Error("second"));

    expect(await errorOf(stream.receive())).toBe(first);
    await stream.close();
  });

  it("throws the system's error of a file that is not there", async () => {
    const stream = fromReadable(createReadStream("/nowhere/at/all"));

    expect(await errorOf(stream.receive())).toMatchObject({ code: "ENOENT" });
  });

  it("is broken where the source is destroyed without an error", async () => {
    const source = new PassThrough();
    const stream = fromReadable(source);
    const waiting = caught(stream.receive(), BrokenResourceError);
    await turns(1);

    source.destroy();

    await waiting;
    await caught(stream.receive(), BrokenResourceError);
  });

  it("finds a source that has ended, failed or been destroyed before", async () => {
    const failure = new Error("before");
    const [ended, failed, destroyed] = [readableOf(), new PassThrough(), new PassThrough()];
    ended.resume();
    await until(() => ended.readableEnded);
    failed.on("error", () => {}).destroy(failure);
    destroyed.destroy();
    await until(() => failed.closed && destroyed.closed);

    await caught(fromReadable(ended).receive(), EndOfStreamError);
    expect(await errorOf(fromReadable(failed).receive())).toBe(failure);
    await caught(fromReadable(destroyed).receive(), BrokenResourceError);
    await fromReadable(destroyed).close();
  });

  it("reads files", async () => {
    const file = new URL(import.meta.url).pathname;
    const stream = fromReadable(createReadStream(file, { highWaterMark: 512 }));

    expect(await received(stream)).toEqual(await readFile(file));
    await stream.close();
  });

  it("reads what zlib makes, and its errors", async () => {
    const packed = gzipSync("hello ".repeat(10_000));
    const [good, bad] = [createGunzip(), createGunzip()];
    const [whole, cut] = [fromReadable(good), fromReadable(bad)];
    good.end(packed);
    bad.end(packed.subarray(0, -20));

    expect(text(await received(whole))).toBe("hello ".repeat(10_000));
    expect(await errorOf(received(cut))).toMatchObject({ code: "Z_BUF_ERROR" });
  });

  it.each([
    ["in object mode", new PassThrough({ objectMode: true })],
    ["with an encoding", new PassThrough({ encoding: "utf8" })],
    ["a Writable", new Writable()],
    ["nothing", undefined],
    ["of a web stream", new ReadableStream()],
  ])("refuses a stream that is %s", (_, source) => {
    expect(() => fromReadable(source as never)).toThrow(TypeError);
  });

  it("refuses an encoding that is set later, rather than give strings", async () => {
    const source = new PassThrough();
    const stream = fromReadable(source);
    source.setEncoding("utf8").write("hello");

    await caught(stream.receive(), TypeError);
    await stream.close();
  });

  it("calls the source's own code in the scope in which it was made", async () => {
    const scopes: unknown[] = [];
    const maker = new CancelScope();
    await maker.run(async () => {
      const source = new Readable({
        read() {
          scopes.push(currentScope());
          this.push("x");
        },
        destroy(error, done) {
          scopes.push(currentScope());
          done(error);
        },
      });
      const stream = fromReadable(source);
      await new CancelScope().run(() => stream.receive());
      await new CancelScope().run(() => stream.close());
    });

    expect(scopes.length).toBeGreaterThan(1);
    expect(scopes.every((scope) => scope === maker)).toBe(true);
  });

  it("resists any chunking and any cancellation", async () => {
    const property = fc.asyncProperty(
      fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 12 }),
      fc.array(fc.record({ maxBytes: fc.integer({ min: 1, max: 30 }), isCancelled: fc.boolean(), turns: fc.nat(2) })),
      async (chunks, steps) => {
        const source = new PassThrough({ highWaterMark: 16 });
        const stream = fromReadable(source);
        const writing = write(source, chunks);
        const got: Uint8Array[] = [];
        for (const { maxBytes, isCancelled, turns: count } of steps) {
          const scope = new CancelScope();
          const receiving = scope.run(() => stream.receive(maxBytes)).catch(endOnly);
          if (isCancelled) {
            await turns(count);
            scope.cancel();
          }
          const chunk = await receiving;
          expect(chunk?.length ?? 0).toBeLessThanOrEqual(maxBytes);
          if (chunk !== undefined) got.push(chunk);
        }
        got.push(await received(stream));
        await writing;
        await stream.close();

        expect(Buffer.concat(got)).toEqual(Buffer.concat(chunks));
      },
    );

    await check(property, 200);
  });
});

describe("close of fromReadable", () => {
  it("destroys the source and waits until it has closed", async () => {
    const source = createReadStream(new URL(import.meta.url).pathname);
    const stream = fromReadable(source);
    await stream.receive(10);

    await stream.close();

    expect(source.destroyed).toBe(true);
    expect(source.closed).toBe(true);
  });

  it("ends a receive that waits, and all that come", async () => {
    const stream = fromReadable(new PassThrough());
    const waiting = caught(stream.receive(), ClosedResourceError);
    await turns(1);

    await stream.close();

    await waiting;
    await caught(stream.receive(), ClosedResourceError);
  });

  it("drops what was not received", async () => {
    const stream = fromReadable(readableOf("abc"));
    await stream.receive(1);

    await stream.close();

    await caught(stream.receive(), ClosedResourceError);
  });

  it("may be called twice, at once and later", async () => {
    const stream = fromReadable(new PassThrough());

    await Promise.all([stream.close(), stream.close()]);
    await stream.close();
    await stream[Symbol.asyncDispose]();
  });

  it("leaves no listener behind but the one for errors", async () => {
    const source = new PassThrough();
    const before = listenersOf(source);
    const stream = fromReadable(source);
    for (let i = 0; i < 50; i++) {
      const scope = new CancelScope();
      const receiving = scope.run(() => stream.receive());
      scope.cancel();
      await receiving;
    }
    source.write("hello");
    await stream.receive();
    expect(added(before, listenersOf(source))).toEqual({ error: 1, close: 1, end: 1, readable: 1 });

    await stream.close();
    await turns(2);

    expect(added(before, listenersOf(source))).toEqual({ error: 1 });
    source.emit("error", new Error("late"));
  });

  it("waits for no one in a cancelled scope", async () => {
    const source = new Readable({ read() {}, destroy() {} });
    const stream = fromReadable(source);

    await forceClose(stream);

    expect(source.destroyed).toBe(true);
    expect(listenersOf(source)).toEqual({ error: 1 });
  });

  it("stops waiting when it is cancelled meanwhile", async () => {
    const stream = fromReadable(new Readable({ read() {}, destroy() {} }));
    const events: string[] = [];

    await moveOnAfter(5, async () => {
      await stream.close();
      events.push("closed");
    });

    expect(events).toEqual(["closed"]);
  });

  it("does not wait for an event that will not come", async () => {
    await fromReadable(new Readable({ read() {}, emitClose: false })).close();
  });

  it("tells the other side of a socket", async () => {
    const [near, far] = await socketPair();
    const stream = fromReadable(near);

    await stream.close();

    expect(await received(far)).toEqual(Buffer.alloc(0));
    far.destroy();
  });
});

function readableOf(...chunks: string[]): Readable {
  return Readable.from(chunks.map(bytes), { objectMode: false });
}

async function write(source: PassThrough, chunks: Uint8Array[]): Promise<void> {
  for (const chunk of chunks) await new Promise((resolve) => void source.write(chunk, resolve));
  source.end();
}

function endOnly(error: unknown): undefined {
  if (!(error instanceof EndOfStreamError)) throw error;
}
