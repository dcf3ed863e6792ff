import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BusyResourceError, CancelScope, ClosedResourceError, EndOfStreamError, moveOnAfter } from "@anyio/core";
import {
  createMemoryObjectStream,
  DelimiterNotFoundError,
  type LineReceiveOptions,
  LineReceiveStream,
} from "@anyio/streams";
import { caught, errorOf } from "#support/caught";
import { skipExplored } from "#support/explored";
import { check } from "#support/property";

/** A stream of lines over the pieces, all of which have come. */
async function linesOf(pieces: string[], options?: LineReceiveOptions): Promise<LineReceiveStream> {
  const [send, receive] = createMemoryObjectStream<string>(Infinity);
  for (const piece of pieces) await send.send(piece);
  send.close();
  return new LineReceiveStream(receive, options);
}

async function all(lines: LineReceiveStream): Promise<string[]> {
  const received: string[] = [];
  for await (const line of lines) received.push(line);
  return received;
}

describe("LineReceiveStream", () => {
  it("divides text at LF and CRLF, and leaves them out", async () => {
    expect(await all(await linesOf(["a\nb\r\n\n\r\nc\rd\n"]))).toEqual(["a", "b", "", "", "c\rd"]);
  });

  it("hands over what comes after the last terminator, unless it is empty", async () => {
    expect(await all(await linesOf(["a\nb"]))).toEqual(["a", "b"]);
    expect(await all(await linesOf(["a\n"]))).toEqual(["a"]);
    expect(await all(await linesOf([]))).toEqual([]);
  });

  it("divides the same text alike, whatever pieces it comes in", async () => {
    const texts = fc.array(fc.constantFrom("a", "b", "\r", "\n", "\r\n", "longer"), { maxLength: 30, size: "max" });

    await check(
      fc.asyncProperty(texts, fc.infiniteStream(fc.integer({ min: 1, max: 5 })), async (parts, sizes) => {
        const text = parts.join("");
        const pieces: string[] = [];
        for (let at = 0; at < text.length;) pieces.push(text.slice(at, (at += sizes.next().value as number)));
        const expected = text.split(/\r?\n/);
        // What follows the last terminator ends with no terminator, so a CR there belongs to a CRLF that was cut off.
        if (!text.endsWith("\n")) expected.push((expected.pop() as string).replace(/\r$/, ""));
        if (expected.at(-1) === "" && (text === "" || text.endsWith("\n"))) expected.pop();

        expect(await all(await linesOf(pieces))).toEqual(expected);
      }),
      300,
    );
  });

  it("waits for the rest of a line", async () => {
    const [send, receive] = createMemoryObjectStream<string>();
    const lines = new LineReceiveStream(receive);

    const [line] = await Promise.all([
      lines.receive(),
      (async () => {
        for (const piece of ["o", "n", "e\ntwo"]) await send.send(piece);
      })(),
    ]);

    expect(line).toBe("one");
  });

  it("stays at its end", async () => {
    const lines = await linesOf(["one"]);
    await lines.receive();

    await caught(lines.receive(), EndOfStreamError);
    await caught(lines.receive(), EndOfStreamError);
  });

  it("loses nothing to a receive that is cancelled while it waits", async () => {
    const [send, receive] = createMemoryObjectStream<string>(3);
    const lines = new LineReceiveStream(receive);
    await send.send("on");

    const nothing = await moveOnAfter(5, () => lines.receive());
    await send.send("e\n");

    expect([nothing, await lines.receive()]).toEqual([undefined, "one"]);
  });

  it("rejects in a cancelled scope, and keeps the line", async () => {
    const lines = await linesOf(["one\ntwo\n"]);
    await lines.receive();
    const scope = new CancelScope();

    await scope.run(async () => {
      scope.cancel();
      await lines.receive();
    });

    expect([scope.cancelledCaught, await lines.receive()]).toEqual([true, "two"]);
  });

  it("refuses a second receive while one waits", async () => {
    const [send, receive] = createMemoryObjectStream<string>();
    const lines = new LineReceiveStream(receive);
    const first = lines.receive();

    await caught(lines.receive(), BusyResourceError);
    await send.send("one\n");

    expect(await first).toBe("one");
  });

  it.each([[["ab\n", "abcd\nx\n"]], [["ab\nab", "c", "d"]]])("refuses a line that is too long: %j", async (pieces) => {
    const lines = await linesOf(pieces, { maxLength: 3 });
    const first = await lines.receive();

    const error = await caught(lines.receive(), DelimiterNotFoundError);

    expect([first, error.maxBytes, error.message]).toEqual([
      "ab",
      3,
      "the delimiter does not come within 3 characters; allow more, or close the stream",
    ]);
    await caught(lines.receive(), DelimiterNotFoundError);
  });

  it.each([[["abc\r\n"]], [["abc\r", "\n"]], [["abc\r"]], [["abc\n"]]])(
    "counts no terminator to the length of a line: %j",
    async (pieces) => {
      expect(await all(await linesOf(pieces, { maxLength: 3 }))).toEqual(["abc"]);
    },
  );

  it.each([[["abcd\r\n"]], [["abcd\r", "\n"]], [["abc\rd\n"]], [["abc\r", "\r\n"]]])(
    "counts what is none: %j",
    async (pieces) => {
      const lines = await linesOf(pieces, { maxLength: 3 });

      await caught(lines.receive(), DelimiterNotFoundError);
    },
  );

  it.each([0, -1, 1.5, Number.NaN])("refuses a maxLength of %d", async (maxLength) => {
    const [, receive] = createMemoryObjectStream<string>();

    expect(() => new LineReceiveStream(receive, { maxLength })).toThrow(RangeError);
  });

  it("takes time in proportion to its text", async () => {
    skipExplored("so many under so many schedules take minutes");
    const pieces = Array.from({ length: 200_000 }, () => "no end ");

    const [line] = await all(await linesOf([...pieces, "\n", "a\n".repeat(200_000)], { maxLength: Infinity }));

    expect(line?.length).toBe(7 * 200_000);
  });

  it("hands over nothing once it is closed, what came in the tick of closing included", async () => {
    const [send, receive] = createMemoryObjectStream<string>();
    const lines = new LineReceiveStream(receive);
    const waiting = errorOf(lines.receive());

    send.sendNowait("one\ntwo\n");
    await lines.close();

    expect(await waiting).toBeInstanceOf(ClosedResourceError);
    await caught(lines.receive(), ClosedResourceError);
  });

  it("closes the stream that it wraps", async () => {
    const [send, receive] = createMemoryObjectStream<string>();
    await new LineReceiveStream(receive).close();

    expect(send.statistics().openReceiveStreams).toBe(0);
  });
});
