import {
  BusyResourceError,
  CancelScope,
  ClosedResourceError,
  EndOfStreamError,
  isCancelled,
  typedAttribute,
} from "@anyio/core";
import {
  createMemoryObjectStream,
  type MemoryObjectReceiveStream,
  StapledObjectStream,
  TextReceiveStream,
  TextSendStream,
  TextStream,
} from "@anyio/streams";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { caught, errorOf } from "#support/caught";
import { check } from "#support/property";
import { objectStreamContract } from "@anyio/testing";
import { bufferedPair, webPair } from "./support/pairs.js";
import { bytesThere, cut, decode, encode, Pieces } from "./support/byte-sources.js";

const BYTES = fc.uint8Array({ maxLength: 40 });
const SIZES = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 5 });

describe("TextReceiveStream", () => {
  it("hands over text, never an empty one, however its bytes are divided", async () => {
    const stream = new TextReceiveStream(new Pieces(cut(encode("aé€😀b"), [1])));

    expect(await receiveAll(stream)).toEqual(["a", "é", "€", "😀", "b"]);
  });

  it("leaves out a byte order mark at the beginning, and only there", async () => {
    const stream = new TextReceiveStream(new Pieces(cut(encode("\uFEFFa\uFEFFb"), [2])));

    expect((await receiveAll(stream)).join("")).toBe("a\uFEFFb");
  });

  it.each(["utf-8", "utf-16le", "utf-16be"])("reads %s as the whole is read, however it is cut", async (encoding) => {
    await check(
      fc.asyncProperty(BYTES, SIZES, async (bytes, sizes) => {
        const stream = new TextReceiveStream(new Pieces(cut(bytes, sizes)), { encoding, fatal: false });

        expect((await receiveAll(stream)).join("")).toBe(new TextDecoder(encoding).decode(bytes));
      }),
      300,
    );
  });

  it.each([
    ["shift_jis", [0x82, 0xa0, 0x41, 0x8a, 0xbf], "あA漢"],
    ["gb18030", [0xba, 0xba, 0x41, 0x81, 0x30, 0x89, 0x38], "汉Aß"],
    ["koi8-r", [0xd0, 0xd2, 0xc9], "при"],
  ])("reads %s in pieces of any size", async (encoding, bytes, text) => {
    for (let size = 1; size <= bytes.length; size++) {
      const stream = new TextReceiveStream(new Pieces(cut(Uint8Array.from(bytes), [size])), { encoding });

      expect((await receiveAll(stream)).join("")).toBe(text);
    }
  });

  it.each(["utf-8", "utf-16le"])("accepts as %s exactly what the whole is accepted as", async (encoding) => {
    const some = fc.oneof(
      BYTES,
      fc.string({ unit: "binary", maxLength: 20 }).map((text) => toBytes(text, encoding)),
    );
    await check(
      fc.asyncProperty(some, SIZES, async (bytes, sizes) => {
        const stream = new TextReceiveStream(new Pieces(cut(bytes, sizes)), { encoding });

        const whole = outcomeOf(() => new TextDecoder(encoding, { fatal: true }).decode(bytes));
        const received = await receiveAll(stream).then(
          (texts) => texts.join(""),
          (error: Error) => error.name,
        );

        expect(received).toBe(whole);
      }),
      300,
    );
  });

  it("reads latin1 as the web does, on every runtime", async () => {
    const stream = new TextReceiveStream(new Pieces([Uint8Array.of(0x80, 0x9f, 0xe9, 0xff)]), { encoding: "latin1" });

    expect(await stream.receive()).toBe("€Ÿéÿ");
  });

  it("throws for bytes that are no text, and for all that comes after them", async () => {
    const stream = new TextReceiveStream(new Pieces([encode("a"), Uint8Array.of(0xff), encode("b")]));

    expect(await stream.receive()).toBe("a");
    const errors = [await caught(stream.receive(), TypeError), await caught(stream.receive(), TypeError)];

    expect(errors.map(({ message }) => message)).toEqual(
      Array.from({ length: 2 }, () => "what was received is not utf-8; see the encoding and fatal options"),
    );
    expect(errors[0]?.cause).toBeInstanceOf(TypeError);
    expect(errors[0]).not.toBe(errors[1]);
  });

  it("throws for a character that is cut off by the end", async () => {
    const stream = new TextReceiveStream(new Pieces([encode("a€").slice(0, 3)]));

    expect(await stream.receive()).toBe("a");
    await caught(stream.receive(), TypeError);
  });

  it("hands over U+FFFD for what is no text where that is no error, and then ends", async () => {
    const stream = new TextReceiveStream(new Pieces([Uint8Array.of(0x61, 0xff), encode("€").slice(0, 2)]), {
      fatal: false,
    });

    expect(await receiveAll(stream)).toEqual(["a\uFFFD", "\uFFFD"]);
    await caught(stream.receive(), EndOfStreamError);
  });

  it("refuses an encoding that nobody knows", () => {
    expect(() => new TextReceiveStream(new Pieces([]), { encoding: "klingon" })).toThrow(
      new RangeError('encoding must be a label that TextDecoder knows, not "klingon"'),
    );
  });

  it("loses nothing by cancellation", async () => {
    const [send, receive] = bytesThere();
    const stream = new TextReceiveStream(receive);
    const euro = encode("€");
    await send.send(euro.slice(0, 1));

    const scope = new CancelScope();
    const cancelled = scope.run(() => stream.receive());
    await send.send(euro.slice(1, 2));
    await new Promise((resolve) => void setTimeout(resolve, 1));
    scope.cancel();
    await cancelled;
    await send.send(euro.slice(2));

    expect([scope.cancelledCaught, await stream.receive()]).toEqual([true, "€"]);
  });

  it("closes what it wraps, and knows its attributes", async () => {
    const name = typedAttribute<string>("name");
    const [, receive] = bytesThere("a");
    Object.defineProperty(receive, "extraAttributes", { value: new Map([[name, () => "source"]]) });
    const stream = new TextReceiveStream(receive);

    await stream.close();

    expect(stream.extra(name)).toBe("source");
    await caught(stream.receive(), ClosedResourceError);
  });
});

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
      await new Promise((resolve) => void setTimeout(resolve, 1));
      scope.cancel();
      await cancelled;
      const receiving = receiveAll(new TextReceiveStream(b));
      await stream.send("\uDE00b");
      await stream.close();

      expect((await receiving).join("")).toBe("a😀b");
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

describe("TextStream", () => {
  for (const { name, run } of objectStreamContract(
    async () => {
      const [send, receive] = createMemoryObjectStream<Uint8Array>();
      const [, nothing] = createMemoryObjectStream<Uint8Array>();
      const [nowhere] = createMemoryObjectStream<Uint8Array>();
      return [
        new TextStream(new StapledObjectStream(send, nothing)),
        new TextStream(new StapledObjectStream(nowhere, receive)),
      ];
    },
    (n) => `text ${n}`,
  )) {
    it(name, run);
  }

  it.each(["utf-8", "utf-16le"])("hands over in %s what was sent, however it is cut", async (encoding) => {
    await check(
      fc.asyncProperty(fc.array(fc.string({ unit: "binary", maxLength: 5 })), async (texts) => {
        const [a, b] = await webPair();
        const [sending, receiving] = [new TextStream(a, { encoding }), new TextStream(b, { encoding })];
        // Cut within pairs.
        const units = texts.join("").split("");

        const received = receiveAll(receiving);
        for (const unit of units) await sending.send(unit);
        await sending.sendEof();

        const whole = new TextDecoder(encoding).decode(toBytes(units.join(""), encoding));
        expect((await received).join("")).toBe(whole);
      }),
      30,
    );
  });

  it("receives on after its end was sent, and closes both ways", async () => {
    const [a, b] = await webPair();
    const [client, server] = [new TextStream(a), new TextStream(b)];

    await client.send("\uD83D");
    const [asked] = await Promise.all([receiveAll(server), client.sendEof()]);
    const [answer] = await Promise.all([client.receive(), server.send("yes")]);
    await client.close();

    expect([asked, answer]).toEqual([["\uFFFD"], "yes"]);
    await caught(client.receive(), ClosedResourceError);
    await caught(client.send("more"), ClosedResourceError);
  });

  it("refuses an encoding that cannot be sent", async () => {
    const [a] = await webPair();

    expect(() => new TextStream(a, { encoding: "shift_jis" })).toThrow(/encoding must be utf-8, utf-16le or latin1/);
  });
});

function sender(encoding: string): [TextSendStream, MemoryObjectReceiveStream<Uint8Array>] {
  const [send, receive] = createMemoryObjectStream<Uint8Array>(Infinity);
  return [new TextSendStream(send, { encoding }), receive];
}

async function receiveAll(stream: AsyncIterable<string>): Promise<string[]> {
  const texts: string[] = [];
  for await (const text of stream) texts.push(text);
  return texts;
}

function toBytes(text: string, encoding: string): Uint8Array {
  return encoding === "utf-16le" ? new Uint8Array(Buffer.from(text, "utf16le")) : encode(text);
}

function outcomeOf(fn: () => string): string {
  try {
    return fn();
  } catch (error) {
    return (error as Error).name;
  }
}
