import {
  BrokenResourceError,
  CancelScope,
  ClosedResourceError,
  EndOfStreamError,
  shield,
  typedAttribute,
  waitAllTasksBlocked,
} from "@anyio/core";
import {
  BufferedByteStream,
  createMemoryObjectStream,
  type MemoryObjectReceiveStream,
  StapledObjectStream,
} from "@anyio/streams";
import { Event, Future } from "@anyio/sync";
import { describe, expect, it } from "vitest";
import { caught, errorOf } from "#support/caught";
import { decode, encode } from "./support/byte-sources.js";
import { bufferedPair, webPair } from "./support/pairs.js";

// What all streams of bytes do is in byte-stream.test.ts, what its receiving side does in that of BufferedByteReceiveStream.
describe("BufferedByteStream", () => {
  it("receives in portions, and shows its buffer", async () => {
    const [a, b] = (await bufferedPair(1)) as [BufferedByteStream, BufferedByteStream];

    await a.send(encode("one\ntwo!"));
    const portions = [await b.receiveUntil("\n", 5), await b.receiveExactly(2)];
    b.feedData(encode("?"));

    expect([...portions, b.buffer].map(decode)).toEqual(["one", "tw", "o!?"]);
  });

  it("sends a copy, so that the caller may go on with its memory", async () => {
    const [a, b] = await bufferedPair(1);
    const bytes = encode("abc");

    await a.send(bytes);
    bytes.fill(0);

    expect(decode(await b.receive())).toBe("abc");
  });

  it("sends its end, and closes, only once what cancelled sends have left is through", async () => {
    const [stream, receive] = sending();
    await cancelledSend(stream, "a");

    const events: string[] = [];
    const ending = stream.sendEof().then(() => events.push("ended"));
    await waitAllTasksBlocked();
    await caught(stream.send(encode("b")), ClosedResourceError);
    const bytes = await receive.receive();
    await ending;

    expect([decode(bytes), events]).toEqual(["a", ["ended"]]);
    await caught(receive.receive(), EndOfStreamError);
  });

  it("waits as it closes for what cancelled sends have left", async () => {
    const [stream, receive] = sending();
    await cancelledSend(stream, "a");
    await cancelledSend(stream, "b");

    const closing = stream.close();
    await caught(stream.receive(), ClosedResourceError);
    await caught(stream.send(encode("c")), ClosedResourceError);
    const received = [await receive.receive(), await receive.receive()];
    await closing;

    expect(received.map(decode)).toEqual(["a", "b"]);
  });

  it("withdraws as it closes what somebody waits to send, and only that", async () => {
    const [stream, receive] = sending();
    await cancelledSend(stream, "a");
    const waiting = errorOf(stream.send(encode("b")));
    await waitAllTasksBlocked();

    const closing = stream.close();
    expect(await waiting).toBeInstanceOf(ClosedResourceError);
    const bytes = await receive.receive();
    await closing;

    expect(decode(bytes)).toBe("a");
    await caught(receive.receive(), EndOfStreamError);
  });

  it("drops that in a cancelled scope", async () => {
    const [stream, receive] = sending();
    await cancelledSend(stream, "a");

    await new CancelScope().run(async (scope) => {
      scope.cancel();
      await stream.close();
    });

    await caught(receive.receive(), EndOfStreamError);
  });

  it("can be cancelled while it sends its end, which can be sent again", async () => {
    const [stream, receive] = sending();
    await cancelledSend(stream, "a");
    const scope = new CancelScope();

    const ending = scope.run(() => stream.sendEof());
    await waitAllTasksBlocked();
    scope.cancel();
    await ending;
    const [bytes] = await Promise.all([receive.receive(), stream.sendEof()]);

    expect([scope.cancelledCaught, decode(bytes)]).toEqual([true, "a"]);
    await caught(receive.receive(), EndOfStreamError);
  });

  it("does not send its end in a cancelled scope, and goes on", async () => {
    const [a, b] = (await bufferedPair(1)) as [BufferedByteStream, BufferedByteStream];
    const scope = new CancelScope();

    scope.cancel();
    await scope.run(() => a.sendEof());
    await a.send(encode("a"));

    expect([scope.cancelledCaught, decode(await b.receive())]).toEqual([true, "a"]);
  });

  it("sends a last word where its scope is cancelled and who sends is shielded", async () => {
    const [send, receive] = createMemoryObjectStream<Uint8Array>(1);
    await new CancelScope().run(async (scope) => {
      const stream = new BufferedByteStream(new StapledObjectStream(send, receive));
      scope.cancel();
      await shield(() => stream.send(encode("bye")));
    });

    expect(decode(receive.receiveNowait())).toBe("bye");
  });

  it("tells the next to send of what became of a cancelled one", async () => {
    const [stream, receive] = sending();
    await cancelledSend(stream, "a");

    receive.close();

    await caught(stream.send(encode("b")), BrokenResourceError);
    await stream.close();
  });

  it.each(["left", "cancelled"])(
    "sends also what was on its way when the scope in which it was made was %s",
    async (how) => {
      const [send, receive] = createMemoryObjectStream<Uint8Array>();
      const stream = await new CancelScope().run(async (scope) => {
        const stream = new BufferedByteStream(new StapledObjectStream(send, receive));
        await cancelledSend(stream, "a");
        if (how === "cancelled") scope.cancel();
        return stream;
      });

      const bytes = await receive.receive();
      await stream?.close();

      expect(decode(bytes)).toBe("a");
    },
  );

  it("rejects nobody's send because the scope in which it was made is left", async () => {
    const [send, receive] = createMemoryObjectStream<Uint8Array>();
    const made = new Future<BufferedByteStream>();
    const done = new Event();
    const owner = new CancelScope().run(async () => {
      made.setResult(new BufferedByteStream(new StapledObjectStream(send, receive)));
      await done.wait();
    });
    const stream = await made.wait();
    const sent = stream.send(encode("a"));
    await waitAllTasksBlocked();

    done.set();
    await owner;
    const bytes = await receive.receive();
    await sent;

    expect(decode(bytes)).toBe("a");
  });

  it("refuses to send what is no bytes", async () => {
    const [stream] = sending();

    await expect(stream.send("a" as unknown as Uint8Array)).rejects.toThrow(
      new TypeError('bytes must be a Uint8Array, not "a"'),
    );
  });

  it("knows the attributes of what it wraps", async () => {
    const name = typedAttribute<string>("name");
    const attributes = { value: new Map([[name, () => "wrapped"]]) };
    const [send, receive] = createMemoryObjectStream<Uint8Array>();
    const objects = Object.defineProperty(new StapledObjectStream(send, receive), "extraAttributes", attributes);
    const [bytes] = await webPair();
    Object.defineProperty(bytes, "extraAttributes", attributes);

    const found = [new BufferedByteStream(objects), new BufferedByteStream(bytes)].map((stream) => stream.extra(name));

    expect(found).toEqual(["wrapped", "wrapped"]);
  });
});

function sending(): [BufferedByteStream, MemoryObjectReceiveStream<Uint8Array>] {
  const [send, receive] = createMemoryObjectStream<Uint8Array>();
  const [, nothing] = createMemoryObjectStream<Uint8Array>();
  return [new BufferedByteStream(new StapledObjectStream(send, nothing)), receive];
}

async function cancelledSend(stream: BufferedByteStream, text: string): Promise<void> {
  const scope = new CancelScope();
  const sent = scope.run(() => stream.send(encode(text)));
  await waitAllTasksBlocked();
  scope.cancel();
  await sent;
  expect(scope.cancelledCaught).toBe(true);
}
