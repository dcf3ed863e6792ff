import { BrokenResourceError, CancelScope, ClosedResourceError } from "@anyio/core";
import { currentScope } from "@anyio/core/lowlevel";
import { ByteSendStream, toWebWritable } from "@anyio/streams";
import { describe, expect, it } from "vitest";
import { caught, errorOf } from "#support/caught";
import { turns } from "#support/turn";
import { bufferedPair } from "./support/pairs.js";
import { decode, encode } from "./support/byte-sources.js";

/** A stream that does what the test says, and notes it. */
class Scripted extends ByteSendStream {
  readonly events: string[] = [];
  readonly scopes = new Set<unknown>();
  readonly #send: () => unknown;
  readonly #close: () => unknown;

  constructor(send: () => unknown = Object, close: () => unknown = Object) {
    super();
    this.#send = send;
    this.#close = close;
  }

  override async send(bytes: Uint8Array): Promise<void> {
    this.events.push(decode(bytes));
    this.scopes.add(currentScope());
    await this.#send();
  }

  override async close(): Promise<void> {
    this.events.push("close");
    this.scopes.add(currentScope());
    await this.#close();
  }
}

describe("toWebWritable", () => {
  it("sends what is written, and closes the stream with itself", async () => {
    const stream = new Scripted();
    const writer = toWebWritable(stream).getWriter();

    await writer.write(encode("a"));
    await writer.write(encode("b"));
    await writer.close();

    expect(stream.events).toEqual(["a", "b", "close"]);
  });

  it("has no room while a chunk is being sent", async () => {
    let finish = (): void => {};
    const stream = new Scripted(() => new Promise<void>((resolve) => (finish = resolve)));
    const writer = toWebWritable(stream).getWriter();
    await writer.ready;

    const written = writer.write(encode("a"));
    await turns(1);
    const room = writer.desiredSize;
    finish();
    await written;

    expect([room, writer.desiredSize]).toEqual([0, 1]);
  });

  it("fails with the very error of the stream, and closes it", async () => {
    const failure = new BrokenResourceError("gone", { cause: new RangeError("why") });
    const stream = new Scripted(
      () => Promise.reject(failure),
      () => Promise.reject(new Error("closing fails too")),
    );
    const writer = toWebWritable(stream).getWriter();

    expect(await errorOf(writer.write(encode("a")))).toBe(failure);
    expect(await errorOf(writer.write(encode("b")))).toBe(failure);
    expect(stream.events).toEqual(["a", "close"]);
    await errorOf(writer.closed);
  });

  it("refuses what is no bytes, and closes the stream", async () => {
    const stream = new Scripted();
    const writer = toWebWritable(stream).getWriter();

    await expect(writer.write("a" as unknown as Uint8Array)).rejects.toThrow(/must be a Uint8Array, not "a"/);

    expect(stream.events).toEqual(["close"]);
    await errorOf(writer.closed);
  });

  it("fails with what closing fails with", async () => {
    const failure = new RangeError("cannot");
    const writer = toWebWritable(new Scripted(Object, () => Promise.reject(failure))).getWriter();

    expect(await errorOf(writer.close())).toBe(failure);
    await errorOf(writer.closed);
  });

  it("closes the stream when it is aborted, also while it sends", async () => {
    const [a] = await bufferedPair();
    const writer = toWebWritable(a).getWriter();
    const writing = errorOf(writer.write(encode("a")));
    await turns(1);

    await writer.abort(new RangeError("enough"));

    expect(await writing).toBeInstanceOf(Error);
    await errorOf(writer.closed);
    await caught(a.send(encode("b")), ClosedResourceError);
  });

  it("sends and closes in the scope in which it was made", async () => {
    const stream = new Scripted();
    const outer = new CancelScope();

    await outer.run(async () => {
      const writer = toWebWritable(stream).getWriter();
      await new CancelScope().run(async () => {
        await writer.write(encode("a"));
        await writer.close();
      });
    });

    expect([...stream.scopes]).toEqual([outer]);
  });
});
