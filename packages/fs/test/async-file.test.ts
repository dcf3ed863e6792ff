import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { CancelScope, ClosedResourceError, dumpTasks, failAfter, forceClose, moveOnAfter, run } from "@anyio/core";
import { openFile } from "@anyio/fs";
import { assertNoLeaks, LeakError, VirtualClock } from "@anyio/testing";
import { caught, errorOf } from "#support/caught";
import { countOpen, useDirectory } from "./support/directory.js";

const at = useDirectory();
const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));
const text = (data: Uint8Array): string => new TextDecoder().decode(data);

describe("AsyncFile", () => {
  it("reads bytes: so many, the rest, and nothing at the end", async () => {
    writeFileSync(at("f"), "abcdef");
    await using file = await openFile(at("f"));

    expect(text(await file.read(2))).toBe("ab");
    expect(text(await file.read(0))).toBe("");
    expect(text(await file.read())).toBe("cdef");
    expect(await file.read()).toEqual(new Uint8Array(0));
    expect((await file.read(1)).constructor).toBe(Uint8Array);
  });

  it("writes where it stands, and tells how much", async () => {
    await using file = await openFile(at("f"), "w+", { encoding: "utf-8" });

    expect(await file.write("zwölf")).toBe(6);
    expect(await file.tell()).toBe(6);
    expect(await file.seek(1)).toBe(1);
    expect(await file.write("X")).toBe(1);
    expect(await file.read()).toBe("ölf");
    expect(await file.writelines(["a\n", "b"])).toBe(3);
    expect(readFileSync(at("f"), "utf8")).toBe("zXölfa\nb");
  });

  it("writes behind what was read, not behind what was read ahead", async () => {
    writeFileSync(at("f"), "one\ntwo\nthree\n");
    await using file = await openFile(at("f"), "r+", { encoding: "utf-8" });

    expect(await file.readline()).toBe("one");
    await file.write("TWO");

    expect(await file.readline()).toBe("");
    expect(await file.readline()).toBe("three");
    expect(readFileSync(at("f"), "utf8")).toBe("one\nTWO\nthree\n");
  });

  it("appends at the end, wherever that is by then", async () => {
    writeFileSync(at("f"), "one\n");
    await using file = await openFile(at("f"), "a+", { encoding: "utf-8" });

    expect(await file.tell()).toBe(4);
    expect(await file.read()).toBe("");
    writeFileSync(at("f"), "one\ntwo\n");
    await file.write("three\n");
    expect(await file.tell()).toBe(14);
    await file.seek(0);
    expect(await file.readline()).toBe("one");
    await file.write("four\n");

    expect(await file.read()).toBe("");
    expect(readFileSync(at("f"), "utf8")).toBe("one\ntwo\nthree\nfour\n");
  });

  it("goes to positions from the start, from where it stands, and from the end", async () => {
    writeFileSync(at("f"), "0123456789");
    await using file = await openFile(at("f"));

    expect(await file.seek(4)).toBe(4);
    expect(await file.seek(-2, "current")).toBe(2);
    expect(text(await file.read(1))).toBe("2");
    expect(await file.seek(2, "current")).toBe(5);
    expect(await file.seek(-1, "end")).toBe(9);
    expect(text(await file.read())).toBe("9");
    expect(await file.seek(5, "end")).toBe(15);
    expect(text(await file.read())).toBe("");
  });

  it("goes past 4 GiB, in a file with a hole", { timeout: 20_000 }, async () => {
    const far = 5 * 2 ** 30;
    await using file = await openFile(at("f"), "w+", { encoding: "utf-8" });

    await file.seek(far);
    await file.write("far\nfarther\n");
    expect(await file.tell()).toBe(far + 12);
    await file.seek(-12, "end");
    expect(await file.readline()).toBe("far");
    expect(await file.tell()).toBe(far + 4);
    expect(await file.truncate()).toBe(far + 4);
    expect(await file.seek(0, "end")).toBe(far + 4);
    await file.seek(2 ** 32 - 1);
    expect(await file.read(3)).toBe("\0\0\0");
  });

  it("cuts off and fills up, and stays where it is", async () => {
    writeFileSync(at("f"), "abcdef");
    await using file = await openFile(at("f"), "r+");

    await file.read(2);
    expect(await file.truncate(4)).toBe(4);
    expect(text(await file.read())).toBe("cd");
    expect(await file.truncate(6)).toBe(6);
    expect(text(await file.read())).toBe("\0\0");
    await file.seek(1);
    expect(await file.truncate()).toBe(1);
    expect(readFileSync(at("f"), "utf8")).toBe("a");
  });

  it("does calls that are made at once in their order", async () => {
    await using file = await openFile(at("f"), "w+", { encoding: "utf-8" });

    const results = await Promise.all([
      file.write("one\n"),
      file.write("two\n"),
      file.seek(0),
      file.readline(),
      file.tell(),
      file.readline(),
      file.readline(),
      file.write("three"),
      file.flush(),
    ]);

    expect(results).toEqual([4, 4, 0, "one", 4, "two", null, 5, undefined]);
    expect(readFileSync(at("f"), "utf8")).toBe("one\ntwo\nthree");
  });

  it("serves 10,000 who wait, each with a part of its own", async () => {
    writeFileSync(at("f"), Array.from({ length: 10_000 }, (_, i) => `${i}\n`).join(""));
    await using file = await openFile(at("f"), "r", { encoding: "utf-8" });

    const lines = await Promise.all(Array.from({ length: 10_000 }, () => file.readline()));

    expect(lines).toEqual(Array.from({ length: 10_000 }, (_, i) => String(i)));
  });

  it("sees what a file has grown by", async () => {
    writeFileSync(at("f"), "one\n");
    await using file = await openFile(at("f"), "r", { encoding: "utf-8" });

    expect(await file.readlines()).toEqual(["one"]);
    expect(await file.readline()).toBeNull();
    writeFileSync(at("f"), "one\ntwo\n" + "x".repeat(300_000));
    expect(await file.readline()).toBe("two");
    expect((await file.read()).length).toBe(300_000);
  });

  it("reads a large file, piece by piece and at once", async () => {
    const content = Buffer.alloc(3_000_000, "0123456789abcdef\n");
    writeFileSync(at("f"), content);
    await using file = await openFile(at("f"));

    const pieces: Uint8Array[] = [];
    for (let piece = await file.read(70_001); piece.length > 0; piece = await file.read(70_001)) pieces.push(piece);
    expect(Buffer.concat(pieces).equals(content)).toBe(true);
    await file.seek(5);
    expect(Buffer.from(await file.read()).equals(content.subarray(5))).toBe(true);
    await file.seek(0);
    expect((await file.readlines()).length).toBe(Math.ceil(3_000_000 / 17));
  });

  it("does not change what it has handed over", async () => {
    writeFileSync(at("f"), Buffer.alloc(500_000, "ab"));
    await using file = await openFile(at("f"), "r+");

    const first = await file.read(200_000);
    const copy = first.slice();
    await file.read(200_000);
    await file.seek(0);
    await file.write(new Uint8Array(500_000));
    await file.seek(0);
    await file.read();

    expect(Buffer.compare(first, copy)).toBe(0);
  });

  it("iterates over lines, and goes on where a loop was left", async () => {
    writeFileSync(at("f"), "one\ntwo\nthree");
    await using file = await openFile(at("f"), "r", { encoding: "utf-8" });

    for await (const line of file) {
      expect(line).toBe("one");
      break;
    }
    const rest: string[] = [];
    for await (const line of file) rest.push(line);

    expect(rest).toEqual(["two", "three"]);
    expect(file.closed).toBe(false);
  });

  it("refuses what is no number of bytes, before anything has happened", async () => {
    await using file = await openFile(at("f"), "w+");

    await expect(file.read(-1)).rejects.toThrow(new RangeError("count must be a whole number from 0 on, not -1"));
    await expect(file.read1(NaN)).rejects.toThrow(RangeError);
    await expect(file.seek(0.5)).rejects.toThrow("offset must be a whole number, not 0.5");
    await expect(file.seek(-1)).rejects.toThrow("offset must not lead before the start of the file");
    await expect(file.seek(-1, "end")).rejects.toThrow(RangeError);
    await expect(file.seek(0, 2 as never)).rejects.toThrow(TypeError);
    await expect(file.truncate(-1)).rejects.toThrow(RangeError);
    await expect(file.write("text" as never)).rejects.toThrow("data must be a Uint8Array, not string");
    await expect(file.writelines([5] as never)).rejects.toThrow(TypeError);
  });

  it("fails with the system's codes", async () => {
    writeFileSync(at("f"), "x");
    await using reading = await openFile(at("f"));
    await using writing = await openFile(at("f"), "a");
    await using directory = await openFile(at());

    expect(await errorOf(reading.write(bytes("x")))).toMatchObject({ code: "EBADF" });
    expect(await errorOf(writing.seek(0).then(() => writing.read()))).toMatchObject({ code: "EBADF" });
    expect(await errorOf(directory.read())).toMatchObject({ code: "EISDIR" });
    expect(text(await reading.read())).toBe("x");
  });
});

describe("AsyncFile, cancelled", () => {
  it("does nothing in a cancelled scope, not even what needs no waiting", async () => {
    writeFileSync(at("f"), "one\ntwo\n");
    await using file = await openFile(at("f"), "r+", { encoding: "utf-8" });
    await file.readline();

    const scope = new CancelScope();
    scope.cancel();
    await scope.run(() =>
      Promise.allSettled([file.readline(), file.write("x"), file.truncate(0), file.seek(0), file.flush()]),
    );

    expect(await file.readline()).toBe("two");
    expect(readFileSync(at("f"), "utf8")).toBe("one\ntwo\n");
  });

  it("keeps what an abandoned read has brought for the next one", async () => {
    writeFileSync(at("f"), "one\ntwo\n");
    await using file = await openFile(at("f"), "r", { encoding: "utf-8" });
    const scope = new CancelScope();

    await scope.run(() => {
      const reading = file.readline();
      scope.cancel();
      return reading;
    });

    expect(scope.cancelledCaught).toBe(true);
    expect(await file.tell()).toBe(0);
    expect(await file.readline()).toBe("one");
  });

  it("completes a write that has begun, and withdraws those in line", async () => {
    await using file = await openFile(at("f"), "w", { encoding: "utf-8" });
    const scope = new CancelScope();
    const outcomes: unknown[] = [];

    await scope.run(async () => {
      const writes = [file.write("begun "), file.write("in line "), file.truncate(3)];
      scope.cancel();
      outcomes.push(...(await Promise.allSettled(writes)).map(({ status }) => status));
    });
    await file.write("later");

    expect(outcomes).toEqual(["fulfilled", "rejected", "rejected"]);
    expect(readFileSync(at("f"), "utf8")).toBe("begun later");
  });

  it("serves those behind who is cancelled", async () => {
    writeFileSync(at("f"), "0123456789");
    await using file = await openFile(at("f"));
    const scope = new CancelScope();

    const first = file.read(1);
    const cancelled = scope.run(() => file.read(5));
    const last = file.read(2);
    scope.cancel();

    expect([text(await first), await cancelled, text(await last)]).toEqual(["0", undefined, "12"]);
  });

  it("stops a read of all of a file", async () => {
    writeFileSync(at("f"), "");
    truncateSync(at("f"), 2 ** 30);
    await using file = await openFile(at("f"));

    const began = performance.now();
    await moveOnAfter(5, () => file.read());

    expect(await file.tell()).toBe(0);
    expect(performance.now() - began).toBeLessThan(1_000);
  });

  it("settles a pending next() when its iteration is left, and loses no line", async () => {
    writeFileSync(at("f"), "one\ntwo\n");
    await using file = await openFile(at("f"), "r", { encoding: "utf-8" });
    const iterator = file[Symbol.asyncIterator]();

    const next = iterator.next();
    await iterator.return?.();

    expect(await next).toEqual({ value: undefined, done: true });
    expect(await file.readline()).toBe("one");
  });

  it("says in a task dump what it waits for", async () => {
    await using file = await openFile(at("f"), "w+");

    const truncating = file.truncate(5);
    const dump = dumpTasks();
    await truncating;

    expect(dump).toContain(`waiting for truncating ${at("f")}`);
  });
});

describe("AsyncFile on a virtual clock", () => {
  it("takes no time of it", async () => {
    writeFileSync(at("f"), "one\ntwo\n");

    const lines = await run(
      () =>
        failAfter(10, async () => {
          await using file = await openFile(at("f"), "r+", { encoding: "utf-8" });
          await file.seek(0, "end");
          await file.write("three\n");
          await file.seek(0);
          return file.readlines();
        }),
      { signals: [], backend: { clock: new VirtualClock({ autojump: true }) } },
    );

    expect(lines).toEqual(["one", "two", "three"]);
  });

  it("is closed without being taken for a deadlock", async () => {
    const closings = async (): Promise<void> => {
      for (let i = 0; i < 20; i++) await (await openFile(at("f"), "w")).close();
    };

    await run(closings, { signals: [], backend: { clock: new VirtualClock({ autojump: true }) } });

    expect(readFileSync(at("f")).length).toBe(0);
  });
});

describe("AsyncFile.close", () => {
  it("waits for what was called before, and refuses what comes later", async () => {
    const file = await openFile(at("f"), "w", { encoding: "utf-8" });

    const writes = [file.write("one "), file.write("two")];
    const closing = file.close();
    const late = errorOf(file.write("three"));
    await closing;

    expect(await Promise.all(writes)).toEqual([4, 3]);
    expect(await late).toBeInstanceOf(ClosedResourceError);
    expect(readFileSync(at("f"), "utf8")).toBe("one two");
    expect(file.closed).toBe(true);
    expect(() => file.fileno()).toThrow(ClosedResourceError);
  });

  it("closes once, however often and by whomever it is called", async () => {
    const file = await openFile(at("f"), "w");

    await Promise.all([file.close(), file.close(), forceClose(file)]);
    await file.close();

    expect(countOpen(at())).toBeLessThanOrEqual(0);
  });

  it("drops by force what has not begun", async () => {
    const file = await openFile(at("f"), "w", { encoding: "utf-8" });
    const writes = [file.write("begun"), errorOf(file.write("in line")), errorOf(file.readline())];

    await forceClose(file);

    const [begun, ...dropped] = await Promise.all(writes);
    expect(begun).toBe(5);
    for (const error of dropped) expect(error).toBeInstanceOf(ClosedResourceError);
    expect(readFileSync(at("f"), "utf8")).toBe("begun");
    expect(countOpen(at())).toBeLessThanOrEqual(0);
  });

  it("closes when it is cancelled meanwhile", async () => {
    const file = await openFile(at("f"), "w");
    const scope = new CancelScope();

    await scope.run(async () => {
      const writes = Array.from({ length: 100 }, () => file.write(bytes("x")).catch(() => 0));
      const closing = file.close();
      scope.cancel();
      await closing;
      await Promise.all(writes);
    });

    expect(file.closed).toBe(true);
    expect(countOpen(at())).toBeLessThanOrEqual(0);
    expect(readFileSync(at("f"), "utf8").length).toBeLessThan(100);
  });

  it("fails every later use", async () => {
    const file = await openFile(at("f"), "w+", { encoding: "utf-8" });
    await file.close();

    const uses = [file.read(), file.readline(), file.readlines(), file.write("x"), file.seek(0), file.tell()];
    for (const use of [...uses, file.truncate(), file.flush(), file[Symbol.asyncIterator]().next()]) {
      await caught(use, ClosedResourceError);
    }
  });

  it("is what a leak check asks for, by name", async () => {
    const error = await caught(
      assertNoLeaks(async () => void (await openFile(at("f"), "w"))),
      LeakError,
    );

    expect(error.leaks.map(({ name }) => name)).toEqual([`the file ${at("f")}`]);
    expect(countOpen(at())).toBeLessThanOrEqual(0);
  });

  it("is asked of each of 200 that were opened at once", { timeout: 20_000 }, async () => {
    await assertNoLeaks(async () => {
      const files = await Promise.all(Array.from({ length: 200 }, (_, i) => openFile(at(`f${i}`), "w")));
      await Promise.all(files.map((file) => file.write(bytes("x")).then(() => file.close())));
    });

    expect(countOpen(at())).toBeLessThanOrEqual(0);
  });
});

describe("AsyncFile.fileno", () => {
  it("is the system's number", async () => {
    await using file = await openFile(at("f"), "w");

    expect(Number.isInteger(file.fileno())).toBe(true);
    expect(file.name).toBe(at("f"));
  });
});
