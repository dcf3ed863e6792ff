import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import {
  BrokenResourceError,
  BusyResourceError,
  CancelScope,
  ClosedResourceError,
  EndOfStreamError,
  moveOnAfter,
  sleep,
} from "@anyio/core";
import { StapledByteStream } from "@anyio/streams";
import { openProcess } from "@anyio/subprocess";
import { byteStreamContract } from "@anyio/testing";
import { caught, errorOf } from "#support/caught";
import { collectUntil } from "#support/collect";
import { turns } from "#support/turn";
import { ChildOutput } from "../src/internal/child-output.js";
import { bytes, text } from "./support/text.js";
import { untilEnd } from "#support/until-end";
import { watchProcessTable } from "./support/marked.js";

watchProcessTable();

describe("the streams of a process", () => {
  /** Two streams, each of which receives what goes into the other, through a process. */
  async function makePair(): Promise<[StapledByteStream, StapledByteStream]> {
    const [there, back] = [untilEnd(await openProcess(["cat"])), untilEnd(await openProcess(["cat"]))];
    return [new StapledByteStream(there.stdin, back.stdout), new StapledByteStream(back.stdin, there.stdout)];
  }

  for (const { name, run } of byteStreamContract(makePair)) it(name, run);
});

describe("the output of a process", () => {
  it("takes maxBytes at most, and keeps the rest", async () => {
    const source = new PassThrough();
    const stream = new ChildOutput(source);
    source.end("abcdefgh");

    expect(text(await stream.receive(3))).toBe("abc");
    expect(text(await stream.receive(3))).toBe("def");
    expect(text(await stream.receive())).toBe("gh");
    await caught(stream.receive(), EndOfStreamError);
    await caught(stream.receive(), EndOfStreamError);
  });

  it("keeps nothing that was received, also where it is never empty", async () => {
    const source = new PassThrough({ highWaterMark: 1 });
    await using stream = new ChildOutput(source);
    const received: WeakRef<ArrayBufferLike>[] = [];
    source.write(new Uint8Array(1000));

    for (let i = 0; i < 100; i++) {
      source.write(new Uint8Array(1000));
      await turns(1);
      received.push(new WeakRef((await stream.receive()).buffer));
    }

    await collectUntil(() => received.filter((chunk) => chunk.deref() !== undefined).length < 50);
  });

  it.each([0, -1, 1.5, NaN, "3" as never])("refuses %s for maxBytes", async (maxBytes) => {
    await caught(new ChildOutput(new PassThrough()).receive(maxBytes), RangeError);
  });

  it("reads ahead no more than it says, and goes on when it is received from", async () => {
    const source = new PassThrough({ highWaterMark: 1024 });
    const stream = new ChildOutput(source);
    let written = 0;
    const write = (): void => {
      do written += 1024;
      while (source.write(new Uint8Array(1024)) && written < 10_000_000);
    };
    source.on("drain", write);
    write();
    await turns(500);
    expect(written).toBeLessThan(200_000);

    for (let received = 0; received < 1_000_000;) received += (await stream.receive()).length;

    expect(written).toBeGreaterThan(900_000);
    await stream.close();
  });

  it("gives plain Uint8Arrays", async () => {
    const source = new PassThrough();
    const stream = new ChildOutput(source);
    source.write("hello");

    expect(Object.getPrototypeOf(await stream.receive())).toBe(Uint8Array.prototype);
  });

  it("ends a step that waits when the loop is left, and loses nothing", async () => {
    const source = new PassThrough();
    const stream = new ChildOutput(source);
    const iterator = stream[Symbol.asyncIterator]();
    const step = iterator.next();

    await iterator.return?.();
    source.write("kept");

    expect(await step).toEqual({ value: undefined, done: true });
    expect(await iterator.next()).toEqual({ value: undefined, done: true });
    expect(text(await stream.receive())).toBe("kept");
  });

  it("ends no receive of somebody else's when a loop is left", async () => {
    const source = new PassThrough();
    const stream = new ChildOutput(source);
    const iterator = stream[Symbol.asyncIterator]();
    const receiving = stream.receive();
    await caught(iterator.next(), BusyResourceError);

    await errorOf(iterator.throw?.(new Error("enough")) ?? Promise.resolve());
    source.write("theirs");

    expect(text(await receiving)).toBe("theirs");
  });

  it("iterates on after a cancelled step", async () => {
    const source = new PassThrough();
    const stream = new ChildOutput(source);
    const iterator = stream[Symbol.asyncIterator]();
    await moveOnAfter(5, () => iterator.next());

    source.end("more");

    expect(await iterator.next()).toMatchObject({ done: false });
    expect(await iterator.next()).toEqual({ value: undefined, done: true });
  });

  it("refuses in a cancelled scope, and keeps what there is", async () => {
    const source = new PassThrough();
    const stream = new ChildOutput(source);
    source.write("kept");
    await turns(2);
    const scope = new CancelScope();

    await scope.run(async () => {
      scope.cancel();
      await stream.receive();
    });

    expect(scope.cancelledCaught).toBe(true);
    expect(text(await stream.receive())).toBe("kept");
  });

  it("is broken where it fails, after what came before", async () => {
    const source = new PassThrough();
    const stream = new ChildOutput(source);
    source.write("before");
    await turns(2);
    const failure = new Error("the pipe fails");
    source.destroy(failure);
    await turns(2);

    expect(text(await stream.receive())).toBe("before");
    expect((await caught(stream.receive(), BrokenResourceError)).cause).toBe(failure);
    const loop = stream[Symbol.asyncIterator]();
    await caught(loop.next(), BrokenResourceError);
  });

  it("is closed for whoever waits, and drops what there is", async () => {
    const source = new PassThrough();
    const stream = new ChildOutput(source);
    const receiving = errorOf(stream.receive());

    await stream.close();
    await stream.close();

    expect(await receiving).toBeInstanceOf(ClosedResourceError);
    await caught(stream.receive(), ClosedResourceError);
    expect(source.destroyed).toBe(true);
  });

  it("is read in the scope in which it was made", async () => {
    await using process = await openProcess(["cat"]);

    await moveOnAfter(20, async () => {
      await process.stdin.send(bytes("x"));
      await process.stdout.receive();
      await sleep(1000);
    });
    await process.stdin.send(bytes("y"));

    expect(text(await process.stdout.receive())).toBe("y");
  });
});
