import { Duplex, PassThrough } from "node:stream";
import { pipeline } from "node:stream/promises";
import { describe, expect, it } from "vitest";
import {
  BrokenResourceError,
  CancelScope,
  ClosedResourceError,
  EndOfStreamError,
  forceClose,
  isCancelled,
  sleepForever,
} from "@anyio/core";
import { ByteStream } from "@anyio/streams";
import { fromDuplex, toDuplex } from "@anyio/streams/node";
import { assertNoLeaks } from "@anyio/testing";
import { caught } from "#support/caught";
import { skipExplored } from "#support/explored";
import { turns } from "#support/turn";
import { bytes, listenersOf, received, socketPair, text, until } from "./support/nodes.js";
import { mayLeak } from "#support/may-leak";

describe("toDuplex", () => {
  it("carries bytes both ways, and both ends", async () => {
    const [near, far] = await socketPair();
    const duplex = toDuplex(fromDuplex(near));
    const other = fromDuplex(far);
    duplex.end("hello");

    expect(text(await received(other))).toBe("hello");
    await other.send(bytes("answer"));
    await other.close();

    expect(text(await received(duplex))).toBe("answer");
    await until(() => duplex.closed);
    expect(near.closed).toBe(true);
  });

  it("is a Duplex like others for a pipeline", async () => {
    skipExplored("so many bytes under so many schedules take too long");
    const source = new PassThrough();
    const through = toDuplex(fromDuplex(new PassThrough()));
    const sink = new PassThrough();
    source.end(Buffer.alloc(300_000, "x"));

    const [all] = await Promise.all([received(sink), pipeline(source, through, sink)]);

    expect(all).toEqual(Buffer.alloc(300_000, "x"));
  });

  it("holds a writer back", async () => {
    const stream = new Manual();
    const duplex = toDuplex(stream);
    let isWritable = true;
    let written = 0;
    while (isWritable) {
      isWritable = duplex.write(Buffer.alloc(10_000));
      written++;
    }
    await turns(5);

    expect(written).toBeLessThan(10);
    expect(stream.sends).toBe(1);
    duplex.destroy();
    await until(() => duplex.closed);
  });

  it("does not receive more than its reader takes", async () => {
    const stream = new Manual({ isEndless: true });
    const duplex = toDuplex(stream);
    duplex.read();
    await turns(20);

    expect(stream.receives).toBeLessThan(100);
    duplex.destroy();
    await until(() => duplex.closed);
  });

  it("does not receive before somebody reads", async () => {
    const stream = new Manual({ isEndless: true });
    const duplex = toDuplex(stream);
    await turns(3);

    expect(stream.receives).toBe(0);
    duplex.destroy();
    await until(() => duplex.closed);
  });

  it.each(["receive", "send", "sendEof"] as const)("arrives at the error of %s as it is", async (method) => {
    const failure = new Error("the cable is cut");
    const stream = new Manual();
    Object.assign(stream, { [method]: () => Promise.reject(failure) });
    const duplex = toDuplex(stream);
    const errors: unknown[] = [];
    duplex.on("error", (error) => errors.push(error));

    duplex.resume();
    if (method === "send") duplex.write("x");
    if (method === "sendEof") duplex.end();
    await until(() => duplex.closed);

    expect(errors).toEqual([failure]);
    expect(stream.closes).toBe(1);
  });

  it("closes the stream when it is destroyed, and ends what it was doing there", async () => {
    const stream = new Manual();
    const duplex = toDuplex(stream);
    const errors: unknown[] = [];
    duplex.on("data", () => {});
    duplex.write("x", (error) => errors.push(error));
    await turns(2);
    expect([stream.receives, stream.sends]).toEqual([1, 1]);

    duplex.destroy();
    await until(() => duplex.closed && errors.length > 0);

    expect(stream.cancelled.toSorted()).toEqual(["receive", "send"]);
    expect(stream.closes).toBe(1);
    expect(errors[0]).toBeInstanceOf(BrokenResourceError);
  });

  it("closes what it is destroyed with an error over, and keeps that error", async () => {
    const failure = new Error("enough");
    const [near, far] = await socketPair();
    const stream = fromDuplex(near);
    const duplex = toDuplex(stream);
    const errors: unknown[] = [];
    duplex.on("error", (error) => errors.push(error));

    duplex.destroy(failure);
    await until(() => duplex.closed);

    expect(errors).toEqual([failure]);
    await caught(stream.receive(), ClosedResourceError);
    far.destroy();
  });

  it("uses the stream in the scope in which it was made", async () => {
    const stream = new Manual();
    const duplex = toDuplex(stream);
    await new CancelScope().run(async () => {
      duplex.resume();
      duplex.write("x");
      await turns(2);
    });

    expect([stream.receives, stream.sends]).toEqual([1, 1]);
    expect(stream.cancelled).toEqual([]);
    duplex.destroy();
    await until(() => duplex.closed);
  });

  it("ends with its scope, and its error is nobody's uncaught exception", mayLeak, async () => {
    const stream = new Manual();
    let duplex = new Duplex();
    const scope = new CancelScope();
    await scope.run(async () => {
      duplex = toDuplex(stream);
      duplex.resume();
      await turns(2);
      scope.cancel("over");
      await sleepForever();
    });
    await until(() => duplex.closed);

    expect(isCancelled(duplex.errored)).toBe(true);
    expect(stream.closes).toBe(1);
  });

  it.each<[string, (over: ByteStream) => Promise<unknown>]>([
    ["before it has begun to close the stream", async () => {}],
    ["while it closes the stream", (over) => caught(over.receive(), EndOfStreamError)],
  ])("does not wait for a proper end where what is over it is closed by force %s", async (_when, prepare) => {
    const stream = new Manual({ isLingering: true });
    const duplex = toDuplex(stream);
    const over = fromDuplex(duplex);
    await over.sendEof();
    await prepare(over);

    await forceClose(over);
    await until(() => duplex.closed);

    expect(stream.cancelled).toContain("close");
    expect(stream.closes).toBe(1);
  });

  it("leaves nothing behind where what is over it is closed by force", async () => {
    await assertNoLeaks(async () => {
      const [near, far] = await socketPair();
      const over = fromDuplex(toDuplex(fromDuplex(near)));
      await over.sendEof();
      far.resume().end();
      await caught(over.receive(), EndOfStreamError);

      await forceClose(over);
    });
  });

  it("leaves no listener on what is under it", async () => {
    const [near, far] = await socketPair();
    const before = listenersOf(near);
    const duplex = toDuplex(fromDuplex(near));
    duplex.end("x");
    duplex.resume();
    far.resume().end();

    await until(() => duplex.closed);
    await turns(2);

    expect(listenersOf(near)).toEqual({ ...before, error: (before["error"] ?? 0) + 1 });
  });

  it("refuses what is no byte stream", () => {
    expect(() => toDuplex(new PassThrough() as never)).toThrow(TypeError);
    expect(() => toDuplex(undefined as never)).toThrow(TypeError);
  });
});

/** A stream in which everything waits for ever, and that counts what is asked of it. */
class Manual extends ByteStream {
  receives = 0;
  sends = 0;
  closes = 0;
  readonly cancelled: string[] = [];
  readonly #isEndless: boolean;
  readonly #isLingering: boolean;

  /** A lingering one has no more to give, and closes for ever too. */
  constructor({ isEndless = false, isLingering = false } = {}) {
    super();
    this.#isEndless = isEndless;
    this.#isLingering = isLingering;
  }

  override async receive(): Promise<Uint8Array> {
    this.receives++;
    if (this.#isLingering) throw new EndOfStreamError();
    return this.#isEndless ? Buffer.alloc(1000) : this.#wait("receive");
  }

  override send(): Promise<void> {
    this.sends++;
    return this.#wait("send");
  }

  override async sendEof(): Promise<void> {}

  override async close(): Promise<void> {
    this.closes++;
    if (this.#isLingering) await this.#wait("close");
  }

  async #wait(name: string): Promise<never> {
    try {
      return await sleepForever();
    } finally {
      this.cancelled.push(name);
    }
  }
}
