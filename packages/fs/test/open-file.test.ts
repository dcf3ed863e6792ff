import { chmodSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { CancelScope, failAfter, moveOnAfter, TimeoutError } from "@anyio/core";
import { openFile, Path } from "@anyio/fs";
import { caught, errorOf } from "#support/caught";
import { skipOn } from "#support/runtimes";
import { countOpen, makeFifo, useDirectory } from "./support/directory.js";

const at = useDirectory();

describe("openFile", () => {
  it.each([
    ["a string", (path: string) => path],
    ["a URL", (path: string) => pathToFileURL(path)],
    ["a Path", (path: string) => new Path(path)],
  ])("takes %s", async (_what, make) => {
    writeFileSync(at("f"), "x");

    await using file = await openFile(make(at("f")));

    expect((await file.read()).length).toBe(1);
    expect(file.name).toBe(at("f"));
  });

  it.each([
    ["r", "kept", "EBADF"],
    ["r+", "Xept", null],
    ["rs+", "Xept", null],
    ["w", "X", null],
    ["w+", "X", null],
    ["a", "keptX", null],
    ["as", "keptX", null],
    ["sa+", "keptX", null],
    ["wx", "kept", "EEXIST"],
    ["ax+", "kept", "EEXIST"],
  ])("opens with %s as Node.js does", async (flags, content, code) => {
    writeFileSync(at("f"), "kept");

    const error = await (async () => {
      await using file = await openFile(at("f"), flags, { encoding: "utf-8" });
      await file.write("X");
    })().catch((error: unknown) => error);

    expect((error as { code?: string } | undefined)?.code ?? null).toBe(code);
    expect(readFileSync(at("f"), "utf8")).toBe(content);
  });

  it.each(["rb", "wt", "rw", "", "+", "rx", "constructor", 0, null])("refuses flags %j", async (flags) => {
    const error = await caught(openFile(at("f"), flags as string), TypeError);

    expect(error.message).toMatch(/^flags must be "r", "r\+"/);
    expect(await new Path(at("f")).exists()).toBe(false);
  });

  it.each([
    [{ encoding: "utf-99" }, RangeError, /a label that TextDecoder knows, not "utf-99"/],
    [{ encoding: "shift_jis" }, RangeError, /decode it with new TextReceiveStream/],
    [{ encoding: "koi8-r" }, RangeError, /to write, not "koi8-r"/],
    [{ encoding: 5 }, TypeError, /encoding must be a string/],
    [{ newline: "\n" }, TypeError, /newline is for text/],
    [{ encoding: "utf-8", newline: "\r" }, TypeError, /newline must be/],
  ])("refuses %j, before anything has happened", async (options, type, message) => {
    const error = await errorOf(openFile(at("f"), "w", options as { encoding: string }));

    expect(error).toBeInstanceOf(type);
    expect(String(error)).toMatch(message);
    expect(await new Path(at("f")).exists()).toBe(false);
  });

  it("fails with the system's code and path", async () => {
    const error = await errorOf(openFile(at("no/such")));

    expect(error).toMatchObject({ code: "ENOENT", path: at("no/such") });
    await caught(openFile(5 as never), TypeError);
    expect(await errorOf(openFile("a\0b"))).toBeInstanceOf(TypeError);
  });

  it("opens nothing in a cancelled scope", async () => {
    const scope = new CancelScope();
    scope.cancel();

    await scope.run(() => openFile(at("f"), "w"));

    expect(scope.cancelledCaught).toBe(true);
    expect(await new Path(at("f")).exists()).toBe(false);
  });

  it("hands over a file whose opening has begun, and the cancellation strikes next", async () => {
    const scope = new CancelScope();
    let size = -1;

    await scope.run(async () => {
      const opening = openFile(at("f"), "w");
      scope.cancel();
      await using file = await opening;
      size = statSync(file.name).size;
      await file.write(new Uint8Array(1));
    });

    expect([scope.cancelledCaught, size]).toEqual([true, 0]);
    expect(statSync(at("f")).size).toBe(0);
    expect(countOpen(at())).toBeLessThanOrEqual(0);
  });
});

describe("openFile of a pipe", () => {
  it("stops waiting for the other side when it is cancelled, and closes a late descriptor", async () => {
    makeFifo(at("pipe"));

    await caught(
      failAfter(50, () => openFile(at("pipe"))),
      TimeoutError,
    );
    // Whoever comes lets the late one through.
    await using writer = await openFile(at("pipe"), "r+");

    await expect.poll(() => countOpen(at("pipe"))).toBeLessThanOrEqual(1);
    expect(writer.closed).toBe(false);
  });

  it("reads what has come, and keeps what comes for an abandoned read", async () => {
    makeFifo(at("pipe"));
    await using writer = await openFile(at("pipe"), "r+", { encoding: "utf-8" });
    await using reader = await openFile(at("pipe"), "r", { encoding: "utf-8" });

    expect(await moveOnAfter(30, () => reader.readline())).toBeUndefined();
    await writer.write("one\ntwo\n");

    expect(await reader.readline()).toBe("one");
    expect(await reader.read1(3)).toBe("two");
  });

  it("has no positions", async () => {
    makeFifo(at("pipe"));
    await using file = await openFile(at("pipe"), "r+");

    for (const use of [file.seek(0), file.tell(), file.truncate(0)]) {
      expect(await errorOf(use)).toMatchObject({ code: "ESPIPE" });
    }
  });

  it("closes at once while somebody reads, who is told", async () => {
    makeFifo(at("pipe"));
    await using writer = await openFile(at("pipe"), "r+");
    const reader = await openFile(at("pipe"));
    const reading = errorOf(reader.read());

    await reader.close();

    expect(await reading).toMatchObject({ code: "ERR_ANYIO_CLOSED_RESOURCE" });
    await writer.write(new Uint8Array(1));
    await expect.poll(() => countOpen(at("pipe"))).toBeLessThanOrEqual(1);
  });

  it("stops waiting for a full one when it is cancelled, and writes all the same", async () => {
    skipOn("deno", "its fs.write stops the whole process while a pipe is full");
    makeFifo(at("pipe"));
    await using writer = await openFile(at("pipe"), "r+");
    await using reader = await openFile(at("pipe"));
    const data = Buffer.alloc(200_000, "x");

    expect(await moveOnAfter(50, () => writer.write(data))).toBeUndefined();

    let count = 0;
    while (count < data.length) count += (await reader.read1()).length;
    expect(count).toBe(data.length);
  });

  it("works on /dev/null", async () => {
    await using file = await openFile("/dev/null", "r+", { encoding: "utf-8" });

    expect(await file.write("gone")).toBe(4);
    expect(await file.read()).toBe("");
    chmodSync(at(), 0o755);
  });
});
