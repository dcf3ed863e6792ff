import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  BrokenResourceError,
  BusyResourceError,
  CancelScope,
  ClosedResourceError,
  EndOfStreamError,
  moveOnAfter,
} from "@anyio/core";
import { FileReadStream, FileStreamAttribute, FileWriteStream, openFile } from "@anyio/fs";
import { LineReceiveStream, TextReceiveStream } from "@anyio/streams";
import { assertNoLeaks } from "@anyio/testing";
import { caught, errorOf } from "#support/caught";
import { makeFifo, useDirectory } from "./support/directory.js";

const at = useDirectory();
const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));
const text = (data: Uint8Array): string => new TextDecoder().decode(data);

describe("FileReadStream", () => {
  it("receives a file's bytes, then its end", async () => {
    writeFileSync(at("f"), "abcdef");
    await assertNoLeaks(async () => {
      await using stream = await FileReadStream.fromPath(at("f"));

      expect(text(await stream.receive(4))).toBe("abcd");
      expect(text(await stream.receive())).toBe("ef");
      await caught(stream.receive(), EndOfStreamError);
      expect(await stream.seek(1)).toBe(1);
      expect(await stream.tell()).toBe(1);
      const pieces: string[] = [];
      for await (const piece of stream) pieces.push(text(piece));
      expect(pieces).toEqual(["bcdef"]);
    });
  });

  it("receives no more than it is asked for, and all of it", async () => {
    const content = Buffer.alloc(1_000_000, "0123456789");
    writeFileSync(at("f"), content);
    await using stream = await FileReadStream.fromPath(at("f"));

    const pieces: Uint8Array[] = [];
    for await (const piece of stream) pieces.push(piece);

    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThanOrEqual(65_536);
    expect(Buffer.concat(pieces).equals(content)).toBe(true);
  });

  it("carries text and lines", async () => {
    writeFileSync(at("f"), Buffer.from([0x93, 0x58, 0x0a, 0x61]));
    await using stream = await FileReadStream.fromPath(at("f"));

    const lines: string[] = [];
    for await (const line of new LineReceiveStream(new TextReceiveStream(stream, { encoding: "shift_jis" })))
      lines.push(line);

    expect(lines).toEqual(["店", "a"]);
  });

  it("loses nothing when a receive is cancelled", async () => {
    makeFifo(at("pipe"));
    await using writer = await openFile(at("pipe"), "r+");
    await using stream = await FileReadStream.fromPath(at("pipe"));

    expect(await moveOnAfter(30, () => stream.receive())).toBeUndefined();
    await writer.write(bytes("late"));

    expect(text(await stream.receive())).toBe("late");
  });

  it("refuses a second one at once, use after closing, and what is no size", async () => {
    writeFileSync(at("f"), "abc");
    const stream = await FileReadStream.fromPath(at("f"));

    const first = stream.receive();
    await caught(stream.receive(), BusyResourceError);
    expect(text(await first)).toBe("abc");
    for (const size of [0, -1, 1.5, Infinity]) await caught(stream.receive(size), RangeError);
    await stream.close();
    await stream.close();
    await caught(stream.receive(), ClosedResourceError);
  });

  it("fails with the system's error as its cause", async () => {
    expect(await errorOf(FileReadStream.fromPath(at("none")))).toMatchObject({ code: "ENOENT" });
    await using stream = await FileReadStream.fromPath(at());

    const error = await caught(stream.receive(), BrokenResourceError);
    expect(error.cause).toMatchObject({ code: "EISDIR" });
  });

  it("tells of its file", async () => {
    await using file = await openFile(at("f"), "w+");
    const stream = new FileReadStream(file);

    expect(stream.extra(FileStreamAttribute.file)).toBe(file);
    expect(String(stream.extra(FileStreamAttribute.path))).toBe(at("f"));
    expect(stream.extra(FileStreamAttribute.fileno)).toBe(file.fileno());
  });
});

describe("FileWriteStream", () => {
  it("overwrites, or appends where it is told", async () => {
    writeFileSync(at("f"), "before");
    await assertNoLeaks(async () => {
      await using stream = await FileWriteStream.fromPath(at("f"));
      await stream.send(bytes("one\n"));
      expect(await stream.tell()).toBe(4);
      await using more = await FileWriteStream.fromPath(at("f"), { append: true });
      await more.send(bytes("two\n"));
      expect(String(more.extra(FileStreamAttribute.path))).toBe(at("f"));
    });

    expect(readFileSync(at("f"), "utf8")).toBe("one\ntwo\n");
  });

  it("sends all of it, or nothing", async () => {
    await using stream = await FileWriteStream.fromPath(at("f"));
    const [scope, cancelled] = [new CancelScope(), new CancelScope()];
    cancelled.cancel();

    await scope.run(async () => {
      const sending = stream.send(bytes("all"));
      scope.cancel();
      await sending;
    });
    await cancelled.run(() => stream.send(bytes("nothing")));

    expect([scope.cancelledCaught, cancelled.cancelledCaught]).toEqual([false, true]);
    expect(readFileSync(at("f"), "utf8")).toBe("all");
  });

  it("refuses a second one at once, use after closing, and what is no bytes", async () => {
    const stream = await FileWriteStream.fromPath(at("f"));

    const first = stream.send(bytes("x"));
    await caught(stream.send(bytes("y")), BusyResourceError);
    await first;
    await caught(stream.send("text" as never), TypeError);
    expect(await stream.seek(0)).toBe(0);
    await stream.close();
    await caught(stream.send(bytes("z")), ClosedResourceError);
    expect(readFileSync(at("f"), "utf8")).toBe("x");
  });

  it("fails with the system's error as its cause", async () => {
    await using stream = new FileWriteStream(await openFile("/dev/full", "w"));

    const error = await caught(stream.send(bytes("x")), BrokenResourceError);
    expect(error.cause).toMatchObject({ code: "ENOSPC" });
  });
});
