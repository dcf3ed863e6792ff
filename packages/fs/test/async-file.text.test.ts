import { readFileSync, writeFileSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openFile } from "@anyio/fs";
import { errorOf } from "#support/caught";
import { check } from "#support/property";
import { useDirectory } from "./support/directory.js";

const at = useDirectory();

/** Units of text, of one to four bytes, surrogate pairs and ends of lines among them. */
const piece = fc.constantFrom("a", "é", "€", "😀", "\n", "\r\n", "\r", "x".repeat(50), "\u{10FFFF}", "\uFEFF");

describe("AsyncFile of text", () => {
  it.each(["utf-8", "utf-16le", "latin1"])("reads in %s what it has written", async (encoding) => {
    await using file = await openFile(at("f"), "w+", { encoding });
    const text = encoding === "latin1" ? "zwölf\nß" : "zwölf\n€😀";

    await file.write(text);
    await file.seek(0);

    expect(await file.read()).toBe(text);
    expect(new TextDecoder(encoding).decode(readFileSync(at("f")))).toBe(text);
  });

  it("reads encodings that it cannot write", async () => {
    writeFileSync(at("be"), Buffer.from("a😀\n€", "utf16le").swap16());
    writeFileSync(at("koi"), Buffer.from([0xd4, 0xc5, 0xd3, 0xd4]));
    await using big = await openFile(at("be"), "r", { encoding: "utf-16be" });
    await using koi = await openFile(at("koi"), "r", { encoding: "koi8-r" });

    expect(await big.readline()).toBe("a😀");
    expect(await big.tell()).toBe(8);
    expect(await koi.read()).toBe("тест");
  });

  it("leaves a byte order mark out at the beginning only, and counts its bytes", async () => {
    writeFileSync(at("f"), "\uFEFFone\n\uFEFFtwo\n");
    await using file = await openFile(at("f"), "r", { encoding: "utf-8" });

    expect(await file.readline()).toBe("one");
    expect(await file.tell()).toBe(7);
    expect(await file.readline()).toBe("\uFEFFtwo");
    await file.seek(0);
    expect(await file.read(3)).toBe("one");
  });

  it("does not split a surrogate pair", async () => {
    writeFileSync(at("f"), "a😀b😀");
    await using file = await openFile(at("f"), "r", { encoding: "utf-8" });

    expect(await file.read(2)).toBe("a");
    expect(await file.read(1)).toBe("😀");
    expect(await file.read(3)).toBe("b😀");
    expect(await file.read(1)).toBe("");
  });

  it.each([
    [undefined, ["one", "two", "th\rree", "", "end\r"]],
    ["\n", ["one\r", "two", "th\rree\r", "", "end\r"]],
    ["\r\n", ["one", "two\nth\rree", "\nend\r"]],
  ] as const)("divides lines with newline %j", async (newline, lines) => {
    writeFileSync(at("f"), "one\r\ntwo\nth\rree\r\n\nend\r");
    await using file = await openFile(at("f"), "r", { encoding: "utf-8", newline });

    expect(await file.readlines()).toEqual(lines);
    await file.seek(0);
    const iterated: string[] = [];
    for await (const line of file) iterated.push(line);
    expect(iterated).toEqual(lines);
    await file.seek(0);
    expect(await file.read()).toBe("one\r\ntwo\nth\rree\r\n\nend\r");
  });

  it.each([
    [undefined, "a\nb\r\n"],
    ["\n", "a\nb\r\n"],
    ["\r\n", "a\r\nb\r\r\n"],
  ] as const)("writes lines with newline %j", async (newline, written) => {
    await using file = await openFile(at("f"), "w", { encoding: "utf-8", newline });

    expect(await file.write("a\nb\r\n")).toBe(written.length);
    expect(readFileSync(at("f"), "utf8")).toBe(written);
  });

  it.each(["", "\n", "\n\n", "a", "a\n"])("has the lines of %j, as node:readline does", async (content) => {
    writeFileSync(at("f"), content);
    await using file = await openFile(at("f"), "r", { encoding: "utf-8" });

    const lines = content.split("\n");
    if (lines.at(-1) === "") lines.pop();
    expect(await file.readlines()).toEqual(lines);
    expect(await file.readline()).toBeNull();
  });

  it("reads a line of 20 MiB in linear time", { timeout: 20_000 }, async () => {
    writeFileSync(at("f"), Buffer.alloc(20 * 2 ** 20, "x"));
    await using file = await openFile(at("f"), "r", { encoding: "utf-8" });
    await using binary = await openFile(at("f"));

    const began = performance.now();
    expect((await file.readline())?.length).toBe(20 * 2 ** 20);
    expect((await binary.readline())?.length).toBe(20 * 2 ** 20);

    expect(performance.now() - began).toBeLessThan(5_000);
  });

  it.each([
    ["in the middle", [0x61, 0xff, 0x62]],
    ["cut off", [0x61, 0xe2, 0x82]],
  ])("fails on bytes that are no text, and leaves them: %s", async (_where, content) => {
    writeFileSync(at("f"), Buffer.from(content));
    await using file = await openFile(at("f"), "r", { encoding: "utf-8" });

    for (let i = 0; i < 2; i++) {
      const error = await errorOf(file.readline().then(() => file.readline()));
      expect(error).toBeInstanceOf(TypeError);
      expect(String(error)).toContain("what was read is not utf-8");
      await file.seek(0);
    }
  });

  it.each([
    ["half of a pair", "a\uD83D", "utf-8", "at index 1 there is U+D83D"],
    ["what latin1 has not", "x€", "latin1", "text must be in latin1, and at index 1 there is U+20AC"],
  ])("refuses to write %s, and writes nothing", async (_what, text, encoding, message) => {
    await using file = await openFile(at("f"), "w", { encoding });

    await expect(file.write(text)).rejects.toThrow(message);
    await expect(file.write(5 as never)).rejects.toThrow(TypeError);
    expect(readFileSync(at("f"), "utf8")).toBe("");
  });

  it("is a plain model, whatever is called on it", { timeout: 60_000 }, async () => {
    const call = fc.oneof(
      fc.tuple(fc.constant("read" as const), fc.integer({ min: 0, max: 9 })),
      fc.tuple(fc.constant("readline" as const), fc.constant(0)),
      fc.tuple(fc.constant("next" as const), fc.constant(0)),
      fc.tuple(fc.constant("tell" as const), fc.constant(0)),
      fc.tuple(fc.constant("again" as const), fc.constant(0)),
      fc.tuple(fc.constant("rest" as const), fc.constant(0)),
    );
    const encoding = fc.constantFrom("utf-8", "utf-16le");
    const newline = fc.constantFrom(undefined, "\n" as const, "\r\n" as const);
    await check(
      fc.asyncProperty(
        fc.array(piece, { maxLength: 40 }),
        fc.array(call, { maxLength: 30 }),
        encoding,
        newline,
        async (pieces, calls, encoding, newline) => {
          const content = pieces.join("");
          const isUtf8 = encoding === "utf-8";
          writeFileSync(at("f"), content, isUtf8 ? "utf8" : "utf16le");
          await using file = await openFile(at("f"), "r", { encoding, newline });
          const length = (text: string): number => (isUtf8 ? Buffer.byteLength(text) : text.length * 2);
          // What a user has to find: the text, and where it stands.
          const start = content.startsWith("\uFEFF") ? 1 : 0;
          let index = start;
          let hasBegun = false;
          for (const [name, count] of calls) {
            if (name === "tell") {
              expect(await file.tell()).toBe(hasBegun ? length(content.slice(0, index)) : 0);
            } else if (name === "again") {
              await file.seek(await file.tell());
            } else if (name === "rest") {
              expect(await file.read()).toBe(content.slice(index));
              index = content.length;
              hasBegun = true;
            } else if (name === "read") {
              const taken = await file.read(count);
              if (count === 0) continue;
              hasBegun = true;
              expect(taken).toBe(takeUnits(content.slice(index), count));
              index += taken.length;
            } else {
              const [line, used] = takeLine(content.slice(index), newline);
              hasBegun = true;
              if (name === "readline") expect(await file.readline()).toBe(line);
              else expect((await file[Symbol.asyncIterator]().next()).value ?? null).toBe(line);
              index += used;
            }
          }
        },
      ),
      400,
    );
  });
});

function takeUnits(text: string, count: number): string {
  const end = Math.min(count, text.length);
  const isSplit = /[\uD800-\uDBFF]$/.test(text.slice(0, end)) && end < text.length;
  return text.slice(0, !isSplit ? end : end > 1 ? end - 1 : end + 1);
}

function takeLine(text: string, newline: string | undefined): [string | null, number] {
  if (text === "") return [null, 0];
  const separator = newline ?? "\n";
  const end = text.indexOf(separator);
  if (end < 0) return [text, text.length];
  const line = text.slice(0, end);
  return [newline === undefined ? line.replace(/\r$/, "") : line, end + separator.length];
}
