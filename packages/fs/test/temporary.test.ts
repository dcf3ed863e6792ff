import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { relative } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CancelScope, forceClose, InvalidStateError, sleepForever } from "@anyio/core";
import {
  type AsyncFile,
  gettempdir,
  mkdtemp,
  mkstemp,
  namedTemporaryFile,
  spooledTemporaryFile,
  temporaryDirectory,
  temporaryFile,
} from "@anyio/fs";
import { assertNoLeaks, LeakError } from "@anyio/testing";
import { caught, errorOf } from "#support/caught";
import { check } from "#support/property";
import { countOpen, useDirectory } from "./support/directory.js";

const at = useDirectory();
const left = (): string[] => fs.readdirSync(at());

describe.each([
  ["temporaryFile", temporaryFile],
  ["namedTemporaryFile", namedTemporaryFile],
  ["spooledTemporaryFile", spooledTemporaryFile as typeof temporaryFile],
])("%s", (_name, make) => {
  it("is written and read, and gone after its scope", async () => {
    await assertNoLeaks(async () => {
      await using file = await make({ dir: at(), encoding: "utf-8" });
      await file.write("one\ntwo\n");
      await file.seek(0);
      expect(await file.readlines()).toEqual(["one", "two"]);
    });

    expect(left()).toEqual([]);
    expect(countOpen(at())).toBeLessThanOrEqual(0);
  });

  it("holds bytes without an encoding", async () => {
    await using file = await make({ dir: at() });
    await file.write(Uint8Array.of(255));
    await file.seek(0);

    expect(await file.read()).toEqual(Uint8Array.of(255));
  });

  it("is gone after an error and after a cancellation", async () => {
    const scope = new CancelScope();

    await caught(
      (async () => {
        await using file = await make({ dir: at() });
        await file.write(new Uint8Array(10));
        throw new RangeError("mine");
      })(),
      RangeError,
    );
    await scope.run(async () => {
      await using file = await make({ dir: at() });
      await file.write(new Uint8Array(10));
      setImmediate(() => scope.cancel());
      await sleepForever();
    });

    expect(scope.cancelledCaught).toBe(true);
    expect(left()).toEqual([]);
    expect(countOpen(at())).toBeLessThanOrEqual(0);
  });

  it("is not made in a cancelled scope, and is handed over where making it has begun", async () => {
    const [cancelled, scope] = [new CancelScope(), new CancelScope()];
    cancelled.cancel();
    let file: AsyncFile | undefined;

    await cancelled.run(() => make({ dir: at() }));
    expect(left()).toEqual([]);
    await scope.run(async () => {
      const making = make({ dir: at() });
      scope.cancel();
      file = await making;
      await sleepForever();
    });

    expect(cancelled.cancelledCaught && scope.cancelledCaught).toBe(true);
    await forceClose(file as AsyncFile);
    expect(left()).toEqual([]);
  });

  it("names the option that is wrong", async () => {
    await expect(make({ prefix: "a/b" })).rejects.toThrow('prefix must be a string that is part of a name, not "a/b"');
    await expect(make({ suffix: 5 as never })).rejects.toThrow(TypeError);
    await expect(make({ dir: 5 as never })).rejects.toThrow("dir must be a string");
    await expect(make({ encoding: "koi8-r" })).rejects.toThrow(RangeError);
  });
});

describe("temporaryFile", () => {
  it("has no name", async () => {
    await using file = await temporaryFile({ dir: at() });

    expect(left()).toEqual([]);
    expect(file.name).toBe("a temporary file");
    expect(await errorOf(temporaryFile({ dir: at("none") }))).toMatchObject({ code: "ENOENT" });
  });
});

describe("namedTemporaryFile", () => {
  it("has a name of its own, which only its owner may open", async () => {
    await using file = await namedTemporaryFile({ dir: at(), prefix: "log-", suffix: ".txt" });

    expect(left()).toEqual([file.name.slice(at().length + 1)]);
    expect(left()[0]).toMatch(/^log-\w{8}\.txt$/);
    expect(fs.statSync(file.name).mode & 0o777).toBe(0o600);
  });

  it("stays with delete: false, and may be gone already", async () => {
    const [kept, moved] = await Promise.all([
      namedTemporaryFile({ dir: at(), delete: false }),
      namedTemporaryFile({ dir: at() }),
    ]);
    fs.unlinkSync(moved.name);

    await Promise.all([kept.close(), moved.close()]);

    expect(left().length).toBe(1);
  });

  it("is closed by force", async () => {
    const file = await namedTemporaryFile({ dir: at() });

    await forceClose(file);

    expect(left()).toEqual([]);
  });
});

describe("spooledTemporaryFile", () => {
  it("goes to disk when it would have more than maxSize bytes", async () => {
    await using file = await spooledTemporaryFile({ maxSize: 10, encoding: "utf-8" });

    await file.write("0123456789");
    expect(file.rolled).toBe(false);
    expect(() => file.fileno()).toThrow(InvalidStateError);
    await file.seek(4);
    await file.write("abc");
    expect(file.rolled).toBe(false);
    await file.seek(0, "end");
    await file.write("!");

    expect(file.rolled).toBe(true);
    expect(Number.isInteger(file.fileno())).toBe(true);
    expect(await file.tell()).toBe(11);
    await file.seek(0);
    expect(await file.read()).toBe("0123abc789!");
  });

  it("goes there when it is told, once, and in its turn", async () => {
    await using file = await spooledTemporaryFile({ encoding: "utf-8" });

    const calls = [file.write("one"), file.rollover(), file.write("two"), file.rollover(), file.seek(0), file.read()];

    expect((await Promise.all(calls)).at(-1)).toBe("onetwo");
    expect(file.rolled).toBe(true);
  });

  it("stays in memory where it cannot, and has lost nothing", async () => {
    await using file = await spooledTemporaryFile({ maxSize: 4, dir: at("none"), encoding: "utf-8" });
    await file.write("four");

    expect(await errorOf(file.write("five"))).toMatchObject({ code: "ENOENT" });
    expect(await errorOf(file.rollover())).toMatchObject({ code: "ENOENT" });

    expect([file.rolled, await file.tell()]).toEqual([false, 4]);
    await file.seek(0);
    expect(await file.read()).toBe("four");
  });

  it.each([-1, 0.5, NaN, "1"])("refuses a maxSize of %j", async (maxSize) => {
    await expect(spooledTemporaryFile({ maxSize: maxSize as number })).rejects.toThrow(RangeError);
  });

  it("is a plain model, also where its calls are cancelled", { timeout: 60_000 }, async () => {
    const call = fc.oneof(
      fc.record({ name: fc.constant("write" as const), count: fc.nat(30), cancels: fc.boolean() }),
      fc.record({ name: fc.constant("read" as const), count: fc.nat(30), cancels: fc.boolean() }),
      fc.record({ name: fc.constant("seek" as const), count: fc.nat(60), cancels: fc.boolean() }),
      fc.record({ name: fc.constant("truncate" as const), count: fc.nat(60), cancels: fc.boolean() }),
      fc.record({ name: fc.constant("rollover" as const), count: fc.constant(0), cancels: fc.boolean() }),
    );
    await check(
      fc.asyncProperty(fc.array(call, { maxLength: 25 }), fc.nat(50), async (calls, maxSize) => {
        await using file = await spooledTemporaryFile({ maxSize, dir: at() });
        let model: number[] = [];
        let position = 0;
        let next = 1;
        for (const { name, count, cancels } of calls) {
          const data = Uint8Array.from({ length: count }, () => next++ % 256);
          const scope = new CancelScope();
          let result: unknown;
          await scope.run(async () => {
            const work = async (): Promise<unknown> => {
              if (name === "write") return file.write(data);
              if (name === "read") return file.read(count);
              if (name === "seek") return file.seek(count);
              return name === "truncate" ? file.truncate(count) : file.rollover();
            };
            const working = work();
            // What has begun already.
            if (cancels) scope.cancel();
            result = await working;
          });
          // Cancelled, reading and seeking take no effect; all else has been done, as nothing was before it in line.
          if (scope.cancelledCaught) {
            expect(["read", "seek"]).toContain(name);
          } else if (name === "write") {
            if (count > 0) model.push(...Array<number>(Math.max(0, position - model.length)).fill(0));
            model.splice(position, count, ...data);
            position += count;
          } else if (name === "read") {
            expect([...(result as Uint8Array)]).toEqual(model.slice(position, position + count));
            position += (result as Uint8Array).length;
          } else if (name === "seek") {
            position = count;
          } else if (name === "truncate") {
            model = Array.from({ length: count }, (_, i) => model[i] ?? 0);
          }
          if (maxSize > 0 && model.length > maxSize) expect(file.rolled).toBe(true);
        }
        expect(await file.tell()).toBe(position);
        await file.seek(0);
        expect([...(await file.read())]).toEqual(model);
      }),
      300,
    );
    expect(left()).toEqual([]);
  });
});

describe("temporaryDirectory", () => {
  it("is gone with all in it, and may stand where a path may", async () => {
    let name = "";
    await assertNoLeaks(async () => {
      await using directory = await temporaryDirectory({ dir: at(), prefix: "work-", suffix: ".d" });
      ({ name } = directory);
      await directory.path.joinpath("a/b").mkdir({ parents: true });
      await directory.path.joinpath("a/b/c").writeText("x");
      await using inner = await temporaryFile({ dir: directory });
      await inner.write(new Uint8Array(1));
      expect(fs.statSync(name).mode & 0o777).toBe(0o700);
    });

    expect(name.slice(at().length + 1)).toMatch(/^work-\w{8}\.d$/);
    expect(left()).toEqual([]);
  });

  it("is gone after a cancellation, and when it is closed by force, twice, or is not there any more", async () => {
    const scope = new CancelScope();

    await scope.run(async () => {
      await using directory = await temporaryDirectory({ dir: at() });
      await directory.path.joinpath("f").touch();
      setImmediate(() => scope.cancel());
      await sleepForever();
    });
    const directory = await temporaryDirectory({ dir: at() });
    await Promise.all([forceClose(directory), directory.close()]);
    const removed = await temporaryDirectory({ dir: at() });
    fs.rmdirSync(removed.name);
    await removed.close();

    expect(left()).toEqual([]);
  });

  it("stays with delete: false", async () => {
    const directory = await temporaryDirectory({ dir: at(), delete: false });
    await directory.close();

    expect(left().length).toBe(1);
  });

  it("is named by a leak check that finds it", async () => {
    const error = await caught(
      assertNoLeaks(async () => void (await temporaryDirectory({ dir: at() }))),
      LeakError,
    );

    expect(error.leaks[0]?.name).toMatch(/^the temporary directory /);
    expect(left()).toEqual([]);
  });
});

describe("mkstemp, mkdtemp, gettempdir", () => {
  it("make what stays", async () => {
    const [file, path] = await mkstemp({ dir: at(), suffix: ".x", encoding: "utf-8" });
    await file.write("text");
    await file.close();
    const directory = await mkdtemp({ dir: at(), prefix: "d-" });

    expect(fs.readFileSync(path, "utf8")).toBe("text");
    expect(path).toMatch(/\.x$/);
    expect(fs.statSync(path).mode & 0o777).toBe(0o600);
    expect(fs.statSync(directory).mode & 0o777).toBe(0o700);
    expect(left().length).toBe(2);
    expect(await gettempdir()).toBe(tmpdir());
  });

  it("give an absolute path, whatever `dir` is", async () => {
    const dir = relative(process.cwd(), at());

    const path = await mkdtemp({ dir });
    await using directory = await temporaryDirectory({ dir });

    expect(path.startsWith(`${at()}/`)).toBe(true);
    expect(directory.name.startsWith(`${at()}/`)).toBe(true);
  });

  it("make nothing in a cancelled scope", async () => {
    const scope = new CancelScope();
    scope.cancel();

    await scope.run(() => Promise.allSettled([mkstemp({ dir: at() }), mkdtemp({ dir: at() })]).then(gettempdir));

    expect(scope.cancelledCaught).toBe(true);
    expect(left()).toEqual([]);
  });

  it("find a name of their own among 1,000", async () => {
    const made = await Promise.all(Array.from({ length: 1_000 }, () => mkdtemp({ dir: at() })));

    expect(new Set(made).size).toBe(1_000);
  });
});
