import {
  BusyResourceError,
  CancelScope,
  ClosedResourceError,
  EndOfStreamError,
  isCancelled,
  waitAllTasksBlocked,
} from "@anyio/core";
import {
  createMemoryObjectStream,
  type MemoryObjectReceiveStream,
  TextReceiveStream,
  TextSendStream,
} from "@anyio/streams";
import { describe, expect, it } from "vitest";
import { caught, errorOf } from "#support/caught";
import { decode, encode } from "./support/byte-sources.js";
import { bufferedPair } from "./support/pairs.js";
import { receiveAll } from "./support/texts.js";

describe("TextSendStream", () => {
  it.each([
    ["utf-8", [0xc3, 0xa9, 0xe2, 0x82, 0xac]],
    ["UTF8", [0xc3, 0xa9, 0xe2, 0x82, 0xac]],
    ["utf-16le", [0xe9, 0, 0xac, 0x20]],
  ])("sends text as %s", async (encoding, bytes) => {
    const [stream, receive] = sender(encoding);

    await stream.send("é€");

    expect([...(await receive.receive())]).toEqual(bytes);
  });

  it("sends latin1, and refuses what it has no byte for, or another on the web", async () => {
    const [stream, receive] = sender("latin1");
    const errors = [
      await caught(stream.send("a€"), RangeError),
      await caught(stream.send("\u0080"), RangeError),
      await caught(stream.send("😀"), RangeError),
    ];

    await stream.send("\0\x7F\u00A0ÿ");

    expect(errors.map(({ message }) => message)).toEqual([
      "text must be in latin1, and at index 1 there is U+20AC; send utf-8 instead",
      "text must be in latin1, and at index 0 there is U+0080; send utf-8 instead",
      "text must be in latin1, and at index 0 there is U+1F600; send utf-8 instead",
    ]);
    expect([...(await receive.receive())]).toEqual([0, 0x7f, 0xa0, 0xff]);
  });

  it.each(["shift_jis", "utf-16be", "klingon"])("refuses to send %s", (encoding) => {
    expect(() => sender(encoding)).toThrow(RangeError);
    expect(() => sender(encoding)).toThrow(encoding);
  });

  it("refuses what is no text", async () => {
    const [stream] = sender("utf-8");

    await expect(stream.send(1 as unknown as string)).rejects.toThrow(new TypeError("text must be a string, not 1"));
  });

  it("sends nothing for an empty text", async () => {
    const [stream, receive] = sender("utf-8");

    await stream.send("");

    expect(receive.statistics().currentBufferUsed).toBe(0);
  });

  describe("of half a pair", () => {
    it.each(["utf-8", "utf-16le"])("keeps it back until the other comes, in %s", async (encoding) => {
      const [stream, receive] = sender(encoding);

      await stream.send("a\uD83D");
      await stream.send("");
      await stream.send("\uDE00b");
      await stream.close();

      expect((await receiveAll(new TextReceiveStream(receive, { encoding }))).join("")).toBe("a😀b");
    });

    it.each(["utf-8", "utf-16le"])("sends U+FFFD where the other does not come, in %s", async (encoding) => {
      const [stream, receive] = sender(encoding);

      for (const text of ["\uD83D", "\uD83D", "a\uDE00b", "\uD83D"]) await stream.send(text);
      await stream.close();

      expect((await receiveAll(new TextReceiveStream(receive, { encoding }))).join("")).toBe(
        "\uFFFD\uFFFDa\uFFFDb\uFFFD",
      );
    });

    it("sends nothing that was refused or withdrawn", async () => {
      const [send, receive] = createMemoryObjectStream<Uint8Array>();
      const stream = new TextSendStream(send);
      const scope = new CancelScope();

      await new CancelScope().run(async (refusing) => {
        refusing.cancel();
        expect(isCancelled(await errorOf(stream.send("\uD83D")))).toBe(true);
      });
      const withdrawn = scope.run(() => stream.send("a\uD83D"));
      scope.cancel();
      await withdrawn;
      const [bytes] = await Promise.all([receive.receive(), stream.send("\uDE00b")]);

      expect(decode(bytes)).toBe("\uFFFDb");
    });

    it("keeps it where a stream of bytes has taken the rest, cancelled or not", async () => {
      const [a, b] = await bufferedPair();
      const stream = new TextSendStream(a);
      const scope = new CancelScope();

      const cancelled = scope.run(() => stream.send("a\uD83D"));
      await waitAllTasksBlocked();
      scope.cancel();
      await cancelled;
      const receiving = receiveAll(new TextReceiveStream(b));
      await stream.send("\uDE00b");
      await stream.close();

      expect((await receiving).join("")).toBe("a😀b");
    });

    it("keeps nothing back that a stream of bytes was not given", async () => {
      const [a, b] = await bufferedPair(1);
      const stream = new TextSendStream(a);

      await new CancelScope().run(async (scope) => {
        scope.cancel();
        expect(isCancelled(await errorOf(stream.send("a\uD83D")))).toBe(true);
      });
      await stream.send("b");

      expect(decode(await b.receive())).toBe("b");
    });

    it("keeps it where another task is sending", async () => {
      const [a, b] = await bufferedPair();
      const stream = new TextSendStream(a);
      const receiver = new TextReceiveStream(b);

      await stream.send("\uD83D");
      const sending = a.send(encode("x"));
      await caught(stream.send("\uDE00"), BusyResourceError);
      const first = await receiver.receive();
      await sending;
      const [second] = await Promise.all([receiver.receive(), stream.send("\uDE00")]);

      expect(first + second).toBe("x😀");
    });

    it("closes without it while somebody waits to send what came before it", async () => {
      const [a, b] = await bufferedPair();
      const stream = new TextSendStream(a);

      const waiting = errorOf(stream.send("a\uD83D"));
      await waitAllTasksBlocked();
      await stream.close();

      expect(await waiting).toBeInstanceOf(ClosedResourceError);
      await caught(b.receive(), EndOfStreamError);
    });

    it("closes without it in a cancelled scope", async () => {
      const [send, receive] = createMemoryObjectStream<Uint8Array>();
      const stream = new TextSendStream(send);
      await stream.send("\uD83D");

      await new CancelScope().run(async (scope) => {
        scope.cancel();
        await stream.close();
      });

      await caught(receive.receive(), EndOfStreamError);
    });
  });

  it("refuses what is closed, half a pair too", async () => {
    const [stream] = sender("utf-8");

    await stream.close();

    await caught(stream.send("a"), ClosedResourceError);
    await caught(stream.send("\uD83D"), ClosedResourceError);
  });
});

function sender(encoding: string): [TextSendStream, MemoryObjectReceiveStream<Uint8Array>] {
  const [send, receive] = createMemoryObjectStream<Uint8Array>(Infinity);
  return [new TextSendStream(send, { encoding }), receive];
}
