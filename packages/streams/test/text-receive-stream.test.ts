import { CancelScope, ClosedResourceError, EndOfStreamError, typedAttribute } from "@anyio/core";
import { TextReceiveStream } from "@anyio/streams";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { caught } from "#support/caught";
import { check } from "#support/property";
import { turn } from "#support/turn";
import { bytesThere, cut, encode, Pieces } from "./support/byte-sources.js";
import { receiveAll, toBytes } from "./support/texts.js";

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

  it.each(["utf-8", "utf-16le"])(
    "accepts as %s exactly what the whole is accepted as",
    { timeout: 20_000 },
    async (encoding) => {
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
    },
  );

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

  it("waits for nothing once bytes have come that are no text", async () => {
    const [send, receive] = bytesThere();
    const stream = new TextReceiveStream(receive);
    await send.send(Uint8Array.of(0xff));
    await caught(stream.receive(), TypeError);

    await caught(stream.receive(), TypeError);
    await stream.close();

    await caught(stream.receive(), ClosedResourceError);
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
    await turn();
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

function outcomeOf(fn: () => string): string {
  try {
    return fn();
  } catch (error) {
    return (error as Error).name;
  }
}
