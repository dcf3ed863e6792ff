import {
  BusyResourceError,
  CancelledError,
  CancelScope,
  ClosedResourceError,
  EndOfStreamError,
  isCancelled,
  typedAttribute,
} from "@anyio/core";
import {
  BufferedByteReceiveStream,
  createMemoryObjectStream,
  DelimiterNotFoundError,
  IncompleteReadError,
} from "@anyio/streams";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { caught, errorOf } from "#support/caught";
import { check } from "#support/property";
import { turn } from "#support/turn";
import { bytesThere, cut, decode, encode, Pieces } from "./support/byte-sources.js";
import { mayLeak } from "#support/may-leak";

describe("BufferedByteReceiveStream", () => {
  it("hands over what has come, in portions", async () => {
    const [, receive] = bytesThere("hello");
    const stream = new BufferedByteReceiveStream(receive);

    const portions = [await stream.receive(2), await stream.receive(2), await stream.receive()];

    expect(portions.map(decode)).toEqual(["he", "ll", "o"]);
  });

  it("skips pieces without bytes", async () => {
    const [, receive] = bytesThere("", "", "a");
    const stream = new BufferedByteReceiveStream(receive);

    expect(decode(await stream.receive())).toBe("a");
  });

  it("ends with the wrapped stream", async () => {
    const [send, receive] = bytesThere("ab");
    const stream = new BufferedByteReceiveStream(receive);
    send.close();

    expect(decode(await stream.receive(1))).toBe("a");
    expect(decode(await stream.receive())).toBe("b");
    await caught(stream.receive(), EndOfStreamError);
  });

  it.each([0, -1, 0.5, Number.NaN, Infinity, 2 ** 60, "1" as unknown as number])(
    "refuses a maxBytes of %s",
    async (maxBytes) => {
      const [, receive] = bytesThere("a");
      const stream = new BufferedByteReceiveStream(receive);

      await expect(stream.receive(maxBytes)).rejects.toThrow(RangeError);
      await expect(stream.receiveUntil("\n", maxBytes)).rejects.toThrow(/maxBytes must be a positive integer/);
    },
  );

  it("iterates to the end, and knows the attributes of what it wraps", async () => {
    const name = typedAttribute<string>("name");
    const source = new Pieces([encode("a"), encode("b")]);
    Object.defineProperty(source, "extraAttributes", { value: new Map([[name, () => "source"]]) });
    const stream = new BufferedByteReceiveStream(source);

    const received: string[] = [];
    for await (const bytes of stream) received.push(decode(bytes));

    expect([received, stream.extra(name)]).toEqual([["a", "b"], "source"]);
  });

  it("refuses what is no bytes", async () => {
    const [send, receive] = createMemoryObjectStream<Uint8Array>(2);
    const stream = new BufferedByteReceiveStream(receive);
    send.sendNowait("text" as unknown as Uint8Array);
    send.sendNowait([1] as unknown as Uint8Array);

    await expect(stream.receive()).rejects.toThrow(/must be a Uint8Array, not "text"/);
    await expect(stream.receiveExactly(1)).rejects.toThrow(/must be a Uint8Array, not a Array/);
  });

  describe("receiveExactly", () => {
    it("waits until all bytes have come", async () => {
      const [send, receive] = bytesThere("ab");
      const stream = new BufferedByteReceiveStream(receive);

      const receiving = stream.receiveExactly(5);
      await send.send(encode("cd"));
      await send.send(encode("efg"));

      expect(decode(await receiving)).toBe("abcde");
      expect(decode(stream.buffer)).toBe("fg");
    });

    it("waits for nothing where no byte is asked for", async () => {
      const [, receive] = createMemoryObjectStream<Uint8Array>();
      const stream = new BufferedByteReceiveStream(receive);

      expect(await stream.receiveExactly(0)).toEqual(new Uint8Array(0));
    });

    it("leaves what has come in the buffer when the stream ends before", async () => {
      const [send, receive] = bytesThere("abc");
      const stream = new BufferedByteReceiveStream(receive);
      send.close();

      const error = await caught(stream.receiveExactly(5), IncompleteReadError);

      expect(error).toMatchObject({
        name: "IncompleteReadError",
        code: "ERR_ANYIO_INCOMPLETE_READ",
        received: 3,
        expected: 5,
        message: "the stream ended before all of the 5 bytes came; receive() hands over the 3 bytes that did",
      });
      expect(error.cause).toBeInstanceOf(EndOfStreamError);
      expect(decode(await stream.receiveExactly(3))).toBe("abc");
    });

    it.each([-1, 0.5, Number.NaN, Infinity])("refuses a count of %s", async (count) => {
      const [, receive] = bytesThere("a");

      await expect(new BufferedByteReceiveStream(receive).receiveExactly(count)).rejects.toThrow(RangeError);
    });
  });

  describe("receiveUntil", () => {
    it("takes the delimiter, and leaves it out", async () => {
      const [, receive] = bytesThere("a\nbc\n\n");
      const stream = new BufferedByteReceiveStream(receive);

      const lines = [];
      for (let i = 0; i < 3; i++) lines.push(decode(await stream.receiveUntil(encode("\n"), 10)));

      expect(lines).toEqual(["a", "bc", ""]);
    });

    it("finds a delimiter that comes in pieces", async () => {
      const [, receive] = bytesThere("x\r", "\r", "\ny");
      const stream = new BufferedByteReceiveStream(receive);

      expect(decode(await stream.receiveUntil("\r\n", 10))).toBe("x\r");
      expect(decode(stream.buffer)).toBe("y");
    });

    it.each([
      ["aaab", "aab", "a"],
      ["ababac", "abac", "ab"],
      ["aabaaabaaac", "aabaaac", "aaba"],
    ])("finds one whose beginning repeats, in %s", async (text, delimiter, before) => {
      const stream = new BufferedByteReceiveStream(new Pieces(cut(encode(text), [1])));

      expect(decode(await stream.receiveUntil(delimiter, 10))).toBe(before);
    });

    it("finds one half of which had come before it was cancelled, and some bytes were received since", async () => {
      const [send, receive] = bytesThere("x\r");
      const stream = new BufferedByteReceiveStream(receive);
      const scope = new CancelScope();
      const cancelled = scope.run(() => stream.receiveUntil("\r\n", 10));
      await turn();
      scope.cancel();
      await cancelled;

      await stream.receiveExactly(1);
      await send.send(encode("\ny"));

      expect(decode(await stream.receiveUntil("\r\n", 10))).toBe("");
      expect(decode(stream.buffer)).toBe("y");
    });

    it("takes a text in UTF-8 for a delimiter", async () => {
      const [, receive] = bytesThere("cost: 5€ tip");
      const stream = new BufferedByteReceiveStream(receive);

      expect(decode(await stream.receiveUntil("€", 10))).toBe("cost: 5");
    });

    it("may change its delimiter each time, and does not mind what becomes of the bytes given", async () => {
      const [, receive] = bytesThere("a=1;b=2;");
      const stream = new BufferedByteReceiveStream(receive);
      const delimiter = encode("=");

      const first = stream.receiveUntil(delimiter, 10);
      delimiter[0] = 59;
      const texts = [await first, await stream.receiveUntil(delimiter, 10), await stream.receiveUntil("=", 10)];

      expect(texts.map(decode)).toEqual(["a", "1", "b"]);
    });

    it("allows maxBytes before the delimiter, and not one more, also within a piece", async () => {
      const [, receive] = bytesThere("abc\ndefg\n");
      const stream = new BufferedByteReceiveStream(receive);

      expect(decode(await stream.receiveUntil("\n", 3))).toBe("abc");
      const error = await caught(stream.receiveUntil("\n", 3), DelimiterNotFoundError);

      expect(error).toMatchObject({
        name: "DelimiterNotFoundError",
        code: "ERR_ANYIO_DELIMITER_NOT_FOUND",
        maxBytes: 3,
        message: "the delimiter does not come within 3 bytes; allow more, or close the stream",
      });
      expect(decode(stream.buffer)).toBe("defg\n");
      expect(decode(await stream.receiveUntil("\n", 4))).toBe("defg");
    });

    it("waits on while the delimiter may still come in time, and not longer", async () => {
      const [send, receive] = bytesThere("abc\r");
      const stream = new BufferedByteReceiveStream(receive);
      const receiving = stream.receiveUntil("\r\n", 3);
      await turn();

      await send.send(encode("x"));

      await caught(receiving, DelimiterNotFoundError);
      expect(decode(stream.buffer)).toBe("abc\rx");
    });

    it("leaves what has come in the buffer when the stream ends before", async () => {
      const [send, receive] = bytesThere("no ", "end");
      const stream = new BufferedByteReceiveStream(receive);
      send.close();

      const error = await caught(stream.receiveUntil("\n", 10), IncompleteReadError);

      expect(error).toMatchObject({ received: 6, expected: undefined });
      expect(error.message).toMatch(/ended before the delimiter came/);
      expect(decode(await stream.receive())).toBe("no end");
      expect((await caught(stream.receiveUntil("\n", 10), IncompleteReadError)).received).toBe(0);
    });

    it("refuses what is no delimiter", async () => {
      const [, receive] = bytesThere("a");
      const stream = new BufferedByteReceiveStream(receive);

      await expect(stream.receiveUntil("", 1)).rejects.toThrow(RangeError);
      await expect(stream.receiveUntil(new Uint8Array(0), 1)).rejects.toThrow(RangeError);
      await expect(stream.receiveUntil(10 as unknown as string, 1)).rejects.toThrow(
        new TypeError("delimiter must be a Uint8Array, not 10"),
      );
    });

    it("refuses what is no delimiter after one that was", async () => {
      const [, receive] = bytesThere("a\n");
      const stream = new BufferedByteReceiveStream(receive);
      await stream.receiveUntil("\n", 1);

      await expect(stream.receiveUntil(null as unknown as string, 1)).rejects.toThrow(
        new TypeError("delimiter must be a Uint8Array, not null"),
      );
    });
  });

  describe("feedData", () => {
    it("puts a copy behind what is in the buffer, and before what comes", async () => {
      const [, receive] = bytesThere("ab\n", "ef\n");
      const stream = new BufferedByteReceiveStream(receive);
      await stream.receiveExactly(1);

      const data = encode("cd");
      stream.feedData(data);
      data.fill(0);

      expect(decode(stream.buffer)).toBe("b\ncd");
      expect(decode(await stream.receiveExactly(6))).toBe("b\ncdef");
    });

    it("refuses what is no bytes, and a closed stream", async () => {
      const [, receive] = bytesThere();
      const stream = new BufferedByteReceiveStream(receive);

      expect(() => stream.feedData("a" as unknown as Uint8Array)).toThrow(TypeError);
      await stream.close();
      expect(() => stream.feedData(encode("a"))).toThrow(ClosedResourceError);
    });

    it("is seen by a receive that waits, once the wrapped stream has something", async () => {
      const [send, receive] = bytesThere();
      const stream = new BufferedByteReceiveStream(receive);
      const receiving = stream.receiveUntil("\n", 10);

      stream.feedData(encode("a\nb"));
      await send.send(encode("c"));

      expect(decode(await receiving)).toBe("a");
      expect(decode(stream.buffer)).toBe("bc");
    });
  });

  it("hands over fed bytes before those that come, also to a receive that waits already", async () => {
    const [send, receive] = bytesThere();
    const stream = new BufferedByteReceiveStream(receive);
    const receiving = stream.receive();

    stream.feedData(encode("a"));
    await send.send(encode("b"));

    expect(decode(await receiving)).toBe("ab");
  });

  it("hands over bytes that do not change with the memory they came in", async () => {
    const pieces = [encode("first,sec"), encode("ond,".padStart(5_000, ".")), encode("third")];
    const stream = new BufferedByteReceiveStream(new Pieces(pieces));

    const received = [
      await stream.receiveUntil(",", 100),
      await stream.receiveExactly(500),
      await stream.receive(10_000),
    ];
    received.push(await stream.receive());
    const before = received.map(decode);
    for (const piece of pieces) piece.fill(0);

    expect(received.map(decode)).toEqual(before);
    expect(before[0]).toBe("first");
  });

  it("does not let results be changed by what comes after them", async () => {
    const lines = Array.from({ length: 3_000 }, (_, i) => `${i}`.padStart(100, "."));
    const stream = new BufferedByteReceiveStream(new Pieces(cut(encode(lines.join("\n") + "\n"), [1_000])));

    const received: Uint8Array[] = [];
    for (const _ of lines) received.push(await stream.receiveUntil("\n", 100));

    expect(received.map(decode)).toEqual(lines);
  });

  it("holds on to no more than 128 KiB by a small result", async () => {
    const stream = new BufferedByteReceiveStream(new Pieces([new Uint8Array(1_000_000)]));

    const [small, middle, large] = [
      await stream.receiveExactly(10),
      await stream.receiveExactly(1_000),
      await stream.receiveExactly(900_000),
    ];

    expect(small.buffer.byteLength).toBeLessThanOrEqual(8_192);
    expect(middle.buffer.byteLength).toBeLessThanOrEqual(131_072);
    expect(large.buffer.byteLength).toBeLessThanOrEqual(1_800_000);
  });

  it("takes Node's buffers, whose slices are views", async () => {
    const buffer = Buffer.from("abc");
    const stream = new BufferedByteReceiveStream(new Pieces([buffer]));

    const bytes = await stream.receive();
    buffer.fill(0);

    expect(decode(bytes)).toBe("abc");
  });

  describe("two receives at once", () => {
    it("are an error for the second, whatever it asks for", async () => {
      const [send, receive] = bytesThere("ab");
      const stream = new BufferedByteReceiveStream(receive);
      const first = stream.receiveExactly(3);

      await caught(stream.receive(), BusyResourceError);
      await caught(stream.receiveExactly(1), BusyResourceError);
      await caught(stream.receiveUntil("b", 5), BusyResourceError);
      await send.send(encode("c"));

      expect(decode(await first)).toBe("abc");
    });

    it("are none once the first was cancelled", async () => {
      const [send, receive] = bytesThere("ab");
      const stream = new BufferedByteReceiveStream(receive);
      const scope = new CancelScope();
      const first = scope.run(() => stream.receiveExactly(3));

      scope.cancel();
      await first;
      const second = stream.receiveExactly(3);
      await send.send(encode("c"));

      expect(decode(await second)).toBe("abc");
    });
  });

  describe("in a cancelled scope", () => {
    it("refuses, takes nothing, and asks for nothing", async () => {
      const [, receive] = bytesThere("a\nb", "c");
      const stream = new BufferedByteReceiveStream(receive);
      stream.feedData(encode("a\nb"));

      const errors = await new CancelScope().run(async (scope) => {
        scope.cancel();
        return [
          await errorOf(stream.receive()),
          await errorOf(stream.receiveExactly(0)),
          await errorOf(stream.receiveExactly(1)),
          await errorOf(stream.receiveExactly(10)),
          await errorOf(stream.receiveUntil("\n", 10)),
          await errorOf(stream.receiveUntil("x", 1)),
        ];
      });

      expect(errors?.map(isCancelled)).toEqual([true, true, true, true, true, true]);
      expect(decode(stream.buffer)).toBe("a\nb");
    });

    it("closes", async () => {
      const [, receive] = bytesThere("a");
      const stream = new BufferedByteReceiveStream(receive);

      await new CancelScope().run(async (scope) => {
        scope.cancel();
        await stream.close();
      });

      await caught(stream.receive(), ClosedResourceError);
    });
  });

  it("closes the wrapped stream, drops its buffer, and fails whoever waits", async () => {
    const [, receive] = bytesThere("ab");
    const stream = new BufferedByteReceiveStream(receive);
    const waiting = errorOf(stream.receiveExactly(3));
    await turn();

    await stream.close();

    expect(await waiting).toBeInstanceOf(ClosedResourceError);
    expect(stream.buffer).toEqual(new Uint8Array(0));
    await caught(stream.receiveExactly(0), ClosedResourceError);
    await caught(receive.receive(), ClosedResourceError);
  });

  it.each(["receive", "receiveExactly"] as const)("lets nothing out of %s once it is closing", async (how) => {
    const [send, receive] = bytesThere();
    let finish = (): void => {};
    const closing = new Promise<void>((resolve) => (finish = resolve));
    const slow = { receive: () => receive.receive(), close: () => closing } as unknown as typeof receive;
    const stream = new BufferedByteReceiveStream(slow);
    const waiting = errorOf(stream[how](2));

    const closed = stream.close();
    await send.send(encode("ab"));
    finish();
    await closed;

    expect(await waiting).toBeInstanceOf(ClosedResourceError);
  });

  it("is settled by the end of the scope that it was left waiting in", mayLeak, async () => {
    const [, receive] = bytesThere();
    const stream = new BufferedByteReceiveStream(receive);
    let left: Promise<unknown> | undefined;

    await new CancelScope().run(async () => {
      left = errorOf(stream.receiveUntil("\n", 5));
    });

    expect(await left).toBeInstanceOf(CancelledError);
  });

  it("receives what a model receives, however bytes are cut and receives are cancelled", async () => {
    const operation = fc.oneof(
      fc.record({ kind: fc.constant("some" as const), size: fc.integer({ min: 1, max: 9 }) }),
      fc.record({ kind: fc.constant("exactly" as const), size: fc.integer({ min: 0, max: 9 }) }),
      fc.record({
        kind: fc.constant("until" as const),
        size: fc.integer({ min: 1, max: 9 }),
        delimiter: fc.constantFrom("a", "aab", "aba"),
      }),
      fc.record({ kind: fc.constant("feed" as const), data: fc.stringMatching(/^[ab]{0,5}$/) }),
    );
    const input = fc.record({
      text: fc.stringMatching(/^[ab]{0,60}$/),
      sizes: fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 5 }),
      operations: fc.array(fc.tuple(operation, fc.integer({ min: 0, max: 6 })), { maxLength: 25 }),
    });

    await check(
      fc.asyncProperty(input, async ({ text, sizes, operations }) => {
        const [send, receive] = createMemoryObjectStream<Uint8Array>(Infinity);
        const stream = new BufferedByteReceiveStream(receive);
        const pieces = [...cut(encode(text), sizes)];
        // What is in the buffer, and what comes: a receive that fails has drawn from the second into the first.
        let all = "";
        let received = "";

        for (const [operation, delay] of operations) {
          if (operation.kind === "feed") {
            const { length } = stream.buffer;
            stream.feedData(encode(operation.data));
            all = all.slice(0, received.length + length) + operation.data + all.slice(received.length + length);
            continue;
          }
          const scope = new CancelScope();
          const receiving = scope.run(async () => {
            if (operation.kind === "some") return decode(await stream.receive(operation.size));
            if (operation.kind === "exactly") return decode(await stream.receiveExactly(operation.size));
            return `${decode(await stream.receiveUntil(operation.delimiter, operation.size))}|${operation.delimiter}`;
          });
          const outcome = receiving.catch((error: unknown) => error);
          for (let i = 0; i < delay; i++) {
            const piece = pieces.shift();
            if (piece === undefined) break;
            all += decode(piece);
            send.sendNowait(piece);
            if (i % 2 === 1) await undefined;
          }
          if (delay % 2 === 0) await turn();
          scope.cancel();
          const result = await outcome;
          const rest = all.slice(received.length);
          if (typeof result === "string") {
            const [text = "", delimiter = ""] = result.split("|");
            if (operation.kind === "exactly") expect(text.length).toBe(operation.size);
            if (operation.kind === "some") expect(text.length >= 1 && text.length <= operation.size).toBe(true);
            if (operation.kind === "until") expect(rest.indexOf(delimiter)).toBe(text.length);
            if (operation.kind === "until") expect(text.length).toBeLessThanOrEqual(operation.size);
            expect(rest.startsWith(text + delimiter)).toBe(true);
            received += text + delimiter;
          } else if (result instanceof DelimiterNotFoundError && operation.kind === "until") {
            const at = rest.indexOf(operation.delimiter);
            expect(at < 0 || at > operation.size).toBe(true);
          } else expect(result).toBeUndefined();
          expect(rest.startsWith(decode(stream.buffer)) || typeof result === "string").toBe(true);
        }

        for (const piece of pieces) {
          all += decode(piece);
          send.sendNowait(piece);
        }
        send.close();
        for await (const bytes of stream) received += decode(bytes);
        expect(received).toBe(all);
      }),
      500,
    );
  });
});
