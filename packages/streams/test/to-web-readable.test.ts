import { BrokenResourceError, CancelScope, ClosedResourceError, EndOfStreamError } from "@anyio/core";
import { currentScope } from "@anyio/core/lowlevel";
import { BufferedByteReceiveStream, ByteReceiveStream, createMemoryObjectStream, toWebReadable } from "@anyio/streams";
import { describe, expect, it } from "vitest";
import { caught, errorOf } from "#support/caught";
import { turns } from "#support/turn";
import { encode } from "./support/byte-sources.js";

/** A stream that does what the test says, and notes it. */
class Scripted extends ByteReceiveStream {
  readonly events: string[] = [];
  readonly scopes = new Set<unknown>();
  readonly #script: Iterator<unknown>;
  readonly #closing: unknown;

  constructor(script: readonly unknown[], closing?: unknown) {
    super();
    this.#script = script[Symbol.iterator]();
    this.#closing = closing;
  }

  override async receive(): Promise<Uint8Array> {
    this.events.push("receive");
    this.scopes.add(currentScope());
    const { value } = this.#script.next();
    if (value instanceof Error) throw value;
    return value as Uint8Array;
  }

  override async close(): Promise<void> {
    this.events.push("close");
    this.scopes.add(currentScope());
    if (this.#closing instanceof Error) throw this.#closing;
  }
}

describe("toWebReadable", () => {
  it("hands over what is received, ends at the end, and closes the stream there", async () => {
    const stream = new Scripted([encode("a"), encode("b"), new EndOfStreamError()]);

    expect(await new Response(toWebReadable(stream)).text()).toBe("ab");
    expect(stream.events).toEqual(["receive", "receive", "receive", "close"]);
  });

  it("receives when somebody reads, and not before", async () => {
    const stream = new Scripted([encode("a"), encode("b")]);
    const reader = toWebReadable(stream).getReader();

    await turns(2);
    const before = stream.events.length;
    await reader.read();
    await turns(2);

    expect([before, stream.events.length]).toEqual([0, 1]);
  });

  it("fails with the very error of the stream, and closes it", async () => {
    const failure = new BrokenResourceError("gone", { cause: new RangeError("why") });
    const stream = new Scripted([failure], new Error("closing fails too"));

    expect(await errorOf(toWebReadable(stream).getReader().read())).toBe(failure);
    expect(stream.events).toEqual(["receive", "close"]);
  });

  it("fails with what closing at the end fails with", async () => {
    const failure = new RangeError("cannot");
    const stream = new Scripted([new EndOfStreamError()], failure);

    expect(await errorOf(toWebReadable(stream).getReader().read())).toBe(failure);
  });

  it("closes the stream when it is cancelled, also while it receives", async () => {
    const [, receive] = createMemoryObjectStream<Uint8Array>();
    const stream = new BufferedByteReceiveStream(receive);
    const reader = toWebReadable(stream).getReader();
    const reading = reader.read();
    await turns(1);

    await reader.cancel("enough");

    expect(await reading).toEqual({ value: undefined, done: true });
    await caught(stream.receive(), ClosedResourceError);
  });

  it("rejects the cancellation with what closing fails with", async () => {
    const failure = new RangeError("cannot");

    expect(await errorOf(toWebReadable(new Scripted([], failure)).cancel())).toBe(failure);
  });

  it("receives and closes in the scope in which it was made", async () => {
    const stream = new Scripted([encode("a"), new EndOfStreamError()]);
    const outer = new CancelScope();

    await outer.run(async () => {
      const web = toWebReadable(stream);
      await new CancelScope().run(async () => expect(await new Response(web).text()).toBe("a"));
    });

    expect([...stream.scopes]).toEqual([outer]);
  });

  it("fails when the scope in which it was made is cancelled", async () => {
    const [, receive] = createMemoryObjectStream<Uint8Array>();
    const scope = new CancelScope();
    let reading: Promise<unknown> | undefined;

    await scope.run(async () => {
      const reader = toWebReadable(new BufferedByteReceiveStream(receive)).getReader();
      reading = errorOf(reader.read());
      await turns(1);
      scope.cancel();
    });

    expect(await reading).toMatchObject({ name: "AbortError" });
  });
});
