import { spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { mkdtemp, open, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Writable } from "node:stream";
import { createGzip, gunzipSync } from "node:zlib";
import * as fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  BrokenResourceError,
  BusyResourceError,
  CancelScope,
  ClosedResourceError,
  forceClose,
  moveOnAfter,
} from "@anyio/core";
import { currentScope } from "@anyio/core/lowlevel";
import { fromReadable, fromWritable } from "@anyio/streams/node";
import { caught, errorOf } from "#support/caught";
import { check } from "#support/property";
import { skipOn } from "#support/runtimes";
import { turns } from "#support/turn";
import { added, bytes, listenersOf, received, text, until } from "./support/nodes.js";

describe("fromWritable", () => {
  it("sends everything, in order", async () => {
    const sink = new Sink();
    const stream = fromWritable(sink);

    await stream.send(bytes("one"));
    await stream.send(new Uint8Array(0));
    await stream.send(bytes("two"));
    await stream.close();

    expect(sink.written).toEqual(["one", "two"]);
  });

  it("waits until the bytes were handed over", async () => {
    const sink = new Sink({ isSlow: true });
    const stream = fromWritable(sink);
    const events: string[] = [];

    const sending = stream.send(bytes("x")).then(() => events.push("sent"));
    await turns(3);
    events.push("handed over");
    sink.take();
    await sending;

    expect(events).toEqual(["handed over", "sent"]);
    await stream.close();
  });

  it("has sent what is handed over in the turn in which it was written", async () => {
    const sink = new Sink();
    sink.write = (_chunk: unknown, done: unknown) => {
      (done as () => void)();
      return true;
    };
    const stream = fromWritable(sink);

    await stream.send(bytes("one"));
    await stream.send(bytes("two"));
    await stream.close();
  });

  it("throws what writing throws, and can be sent into again", async () => {
    const sink = new Sink();
    const failure = new Error("not now");
    const stream = fromWritable(sink);
    sink.write = () => {
      throw failure;
    };

    expect(await errorOf(stream.send(bytes("one")))).toBe(failure);
    Reflect.deleteProperty(sink, "write");
    await stream.send(bytes("two"));
    await stream.close();

    expect(sink.written).toEqual(["two"]);
  });

  it("sends nothing in a cancelled scope", async () => {
    const sink = new Sink();
    const stream = fromWritable(sink);
    const scope = new CancelScope();
    scope.cancel();

    await scope.run(() => stream.send(bytes("x")));
    await stream.close();

    expect(sink.written).toEqual([]);
  });

  it("sends the bytes of a cancelled send all the same, in order", async () => {
    const sink = new Sink({ isSlow: true });
    const stream = fromWritable(sink);

    for (const word of ["one", "two", "three"]) await moveOnAfter(2, () => stream.send(bytes(word)));
    const last = stream.send(bytes("four"));
    await sink.takeAll(4);
    await last;

    expect(sink.written).toEqual(["one", "two", "three", "four"]);
    await stream.close();
  });

  it("refuses a second send while one waits", async () => {
    const sink = new Sink({ isSlow: true });
    const stream = fromWritable(sink);
    const first = stream.send(bytes("first"));

    await caught(stream.send(bytes("second")), BusyResourceError);
    sink.take();
    await first;

    await stream.close();
    expect(sink.written).toEqual(["first"]);
  });

  it("throws the error of the sink as it is, to the send that met it and to those that come", async () => {
    const failure = new Error("no space left");
    const stream = fromWritable(new Writable({ write: (_chunk, _encoding, done) => done(failure) }));

    expect(await errorOf(stream.send(bytes("x")))).toBe(failure);
    expect(await errorOf(stream.send(bytes("x")))).toBe(failure);
    await stream.close();
  });

  it("throws it to whoever waits", async () => {
    const failure = new Error("no space left");
    const sink = new Sink({ isSlow: true });
    const stream = fromWritable(sink);
    const waiting = errorOf(stream.send(bytes("x")));
    await turns(1);

    sink.destroy(failure);

    expect(await waiting).toBe(failure);
  });

  it("throws what the sink's own code throws", async () => {
    const failure = new Error("a bug");
    const stream = fromWritable(
      new Writable({
        write() {
          throw failure;
        },
      }),
    );

    expect(await errorOf(stream.send(bytes("x")))).toBe(failure);
    await forceClose(stream);
  });

  it("throws the system's error of a full disk", async () => {
    const stream = fromWritable(createWriteStream("/dev/full"));

    expect(await errorOf(stream.send(bytes("x")))).toMatchObject({ code: "ENOSPC" });
    await stream.close();
  });

  it("is broken where nobody reads from a pipe any more, also where the write is told before the stream", async () => {
    const child = spawn("sh", ["-c", "exec <&-; echo closed; exec sleep 60"], { stdio: ["pipe", "pipe", "ignore"] });
    onTestFinished(() => void child.kill("SIGKILL"));
    await once(child.stdout, "data");
    const stream = fromWritable(child.stdin);

    const error = await caught(stream.send(new Uint8Array(1_000_000)), BrokenResourceError);

    expect(error.cause).toMatchObject({ code: "EPIPE" });
    await stream.close();
  });

  it("is broken where a pipe is destroyed while a send waits", async () => {
    skipOn("bun", "its pipe to a child is closed by destroy() only once the write that waits has ended");
    const child = spawn("sleep", ["60"], { stdio: ["pipe", "ignore", "ignore"] });
    onTestFinished(() => void child.kill("SIGKILL"));
    const stream = fromWritable(child.stdin);
    const waiting = caught(stream.send(new Uint8Array(5_000_000)), BrokenResourceError);
    await new Promise((resolve) => setTimeout(resolve, 20));

    child.stdin.destroy();

    await waiting;
    await caught(stream.send(bytes("x")), BrokenResourceError);
    await stream.close();
  });

  it("is broken where the reader of a pipe ends while a send waits", async () => {
    for (let i = 0; i < 20; i++) {
      const stream = fromWritable(spawn("sleep", ["0.01"], { stdio: ["pipe", "ignore", "ignore"] }).stdin);

      await caught(stream.send(new Uint8Array(5_000_000)), BrokenResourceError);
      await stream.close();
    }
  });

  it("is broken where the sink is destroyed without an error, or ended by somebody else", async () => {
    const [destroyed, ended] = [new Sink({ isSlow: true }), new Sink()];
    const stream = fromWritable(destroyed);
    const waiting = caught(stream.send(bytes("x")), BrokenResourceError);
    await turns(1);
    destroyed.destroy();
    ended.end();

    await waiting;
    await caught(stream.send(bytes("x")), BrokenResourceError);
    await caught(fromWritable(ended).send(bytes("x")), BrokenResourceError);
  });

  it.each([
    ["in object mode", new PassThrough({ objectMode: true })],
    ["nothing", null],
    ["of a web stream", new WritableStream()],
  ])("refuses a stream that is %s", (_, sink) => {
    expect(() => fromWritable(sink as never)).toThrow(TypeError);
  });

  it("refuses what is no Uint8Array before anything has happened", async () => {
    const sink = new Sink();
    const stream = fromWritable(sink);

    await caught(stream.send("text" as never), TypeError);
    await caught(stream.send(new Uint16Array(2) as never), TypeError);
    await stream.close();

    expect(sink.written).toEqual([]);
  });

  it("calls the sink's own code in the scope in which it was made", async () => {
    const scopes: unknown[] = [];
    const maker = new CancelScope();
    await maker.run(async () => {
      const note = (done: () => void): void => {
        scopes.push(currentScope());
        done();
      };
      const stream = fromWritable(new Writable({ write: (_chunk, _encoding, done) => note(done), final: note }));
      await new CancelScope().run(() => stream.send(bytes("x")));
      await new CancelScope().run(() => stream.close());
    });

    expect(scopes).toEqual([maker, maker]);
  });

  it("resists any chunking and any cancellation", async () => {
    const property = fc.asyncProperty(
      fc.array(fc.record({ chunk: fc.uint8Array({ maxLength: 40 }), isCancelled: fc.boolean(), turns: fc.nat(2) })),
      fc.nat(3),
      async (steps, slowness) => {
        const written: Uint8Array[] = [];
        const sink = new Writable({
          highWaterMark: 16,
          write(chunk: Uint8Array, _encoding, done) {
            written.push(chunk);
            finish(slowness, done);
          },
        });
        const stream = fromWritable(sink);
        for (const { chunk, isCancelled, turns: count } of steps) {
          const scope = new CancelScope();
          const sending = scope.run(() => stream.send(chunk));
          if (isCancelled) {
            await turns(count);
            scope.cancel();
          }
          await sending;
        }
        await stream.close();

        expect(Buffer.concat(written)).toEqual(Buffer.concat(steps.map(({ chunk }) => chunk)));
      },
    );

    await check(property, 200);
  });
});

describe("close of fromWritable", () => {
  it("flushes what cancelled sends left, ends the sink and waits until it has closed", async () => {
    const sink = new Sink({ isSlow: true });
    const stream = fromWritable(sink);
    await moveOnAfter(2, () => stream.send(bytes("left")));

    const closing = stream.close();
    await sink.takeAll(1);
    await closing;

    expect(sink.written).toEqual(["left"]);
    expect(sink.writableFinished).toBe(true);
    expect(sink.closed).toBe(true);
  });

  it("has a file on disk when it returns", async () => {
    const dir = await mkdtemp(join(tmpdir(), "anyio-"));
    onTestFinished(() => rm(dir, { recursive: true }));
    const file = join(dir, "file");
    const stream = fromWritable(createWriteStream(file));

    for (let i = 0; i < 100; i++) await stream.send(Buffer.alloc(10_000, i));
    await stream.close();

    expect((await readFile(file)).length).toBe(1_000_000);
  });

  it("flushes what the sink itself holds back", async () => {
    const gzip = createGzip();
    const reading = received(gzip);
    const stream = fromWritable(gzip);

    await stream.send(bytes("hello"));
    await stream.close();

    expect(gunzipSync(await reading).toString()).toBe("hello");
  });

  it("leaves the other side of a Duplex to its reader", async () => {
    const through = new PassThrough();
    const send = fromWritable(through);
    const receive = fromReadable(through);
    await send.send(bytes("hello"));

    await send.close();

    expect(text(await received(receive))).toBe("hello");
    await receive.close();
  });

  it("ends a send that waits, and all that come", async () => {
    const sink = new Sink({ isSlow: true });
    const stream = fromWritable(sink);
    const waiting = caught(stream.send(bytes("x")), ClosedResourceError);
    await turns(1);

    const closing = stream.close();
    await waiting;
    await caught(stream.send(bytes("x")), ClosedResourceError);
    sink.take();
    await closing;

    await caught(stream.send(bytes("x")), ClosedResourceError);
  });

  it("destroys the sink and resolves in a cancelled scope", async () => {
    const sink = new Sink({ isSlow: true });
    const stream = fromWritable(sink);
    await moveOnAfter(2, () => stream.send(bytes("lost")));

    await forceClose(stream);

    expect(sink.destroyed).toBe(true);
    expect(sink.writableFinished).toBe(false);
  });

  it("destroys it when it is cancelled while it flushes", async () => {
    const sink = new Sink({ isSlow: true });
    const stream = fromWritable(sink);
    const events: string[] = [];
    await moveOnAfter(2, () => stream.send(bytes("lost")));

    await moveOnAfter(5, async () => {
      await stream.close();
      events.push("closed");
    });

    expect(events).toEqual(["closed"]);
    expect(sink.destroyed).toBe(true);
  });

  it("throws an error that lost what was sent, once", async () => {
    const failure = new Error("no space left");
    const sink = new Sink({ isSlow: true });
    const stream = fromWritable(sink);
    await moveOnAfter(2, () => stream.send(bytes("lost")));
    const closing = errorOf(stream.close());
    await turns(1);

    sink.destroy(failure);

    expect(await closing).toBe(failure);
    await stream.close();
  });

  it("throws an error of the last step", async () => {
    const failure = new Error("the trailer does not fit");
    const stream = fromWritable(new Writable({ write: (_c, _e, done) => done(), final: (done) => done(failure) }));
    await stream.send(bytes("x"));

    expect(await errorOf(stream.close())).toBe(failure);
  });

  it("says nothing of an error that a send has thrown, nor of a late one", async () => {
    const failure = new Error("no space left");
    const sink = new Writable({ write: (_chunk, _encoding, done) => done(failure) });
    const stream = fromWritable(sink);
    await errorOf(stream.send(bytes("x")));

    await stream.close();
    sink.emit("error", new Error("late"));
  });

  it("may be called twice, at once and later", async () => {
    const stream = fromWritable(new Sink());

    await Promise.all([stream.close(), stream.close()]);
    await stream.close();
    await stream[Symbol.asyncDispose]();
  });

  it("leaves no listener behind but the one for errors", async () => {
    const sink = new Sink();
    const before = listenersOf(sink);
    const stream = fromWritable(sink);
    for (let i = 0; i < 50; i++) await stream.send(bytes("x"));
    expect(added(before, listenersOf(sink))).toEqual({ error: 1, close: 1 });

    await stream.close();

    expect(added(before, listenersOf(sink))).toEqual({ error: 1 });
  });

  it("adds nothing to a stream that is wrapped again and again", async () => {
    const sink = new Sink({ autoDestroy: false });
    for (let i = 0; i < 20; i++) await fromWritable(sink).close();

    expect(listenersOf(sink)).toEqual({ error: 1 });
  });

  it("closes what does not close by itself, and what says nothing of it", async () => {
    const sinks = [new Sink({ autoDestroy: false }), new Sink({ emitClose: false })];

    for (const sink of sinks) await fromWritable(sink).close();

    expect(sinks.map((sink) => [sink.writableFinished, sink.destroyed])).toEqual([
      [true, true],
      [true, true],
    ]);
  });

  it("leaves the connection of a response of node:http alone", async () => {
    const answer = async (response: Writable): Promise<void> => {
      const stream = fromWritable(response);
      await stream.send(bytes("hello"));
      await stream.close();
    };
    const server = createServer((_request, response) => void answer(response));
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;

    const responses = [await fetch(`http://127.0.0.1:${port}`), await fetch(`http://127.0.0.1:${port}`)];

    expect(await Promise.all(responses.map((response) => response.text()))).toEqual(["hello", "hello"]);
    server.closeAllConnections();
  });

  it("closes the file also where nothing was sent", async () => {
    const handle = await open("/dev/null", "w");
    const stream = fromWritable(handle.createWriteStream());

    await stream.close();

    expect(handle.fd).toBe(-1);
  });
});

/** Calls back after some turns of the event loop. */
function finish(count: number, done: () => void): void {
  if (count === 0) done();
  else setImmediate(finish, count - 1, done);
}

class Sink extends Writable {
  readonly written: string[] = [];
  readonly #isSlow: boolean;
  readonly #held: (() => void)[] = [];

  constructor({ isSlow = false, ...options }: { isSlow?: boolean; autoDestroy?: boolean; emitClose?: boolean } = {}) {
    super({ highWaterMark: 4, ...options });
    this.#isSlow = isSlow;
  }

  override _write(chunk: Uint8Array, _encoding: string, done: () => void): void {
    const take = (): void => {
      this.written.push(text(chunk));
      done();
    };
    if (this.#isSlow) this.#held.push(take);
    else take();
  }

  take(): void {
    this.#held.shift()?.();
  }

  async takeAll(count: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      await until(() => this.#held.length > 0);
      this.take();
    }
  }
}
