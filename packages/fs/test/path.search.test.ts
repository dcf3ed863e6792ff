import { execFileSync } from "node:child_process";
import { existsSync, symlinkSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { CancelScope } from "@anyio/core";
import { Path, temporaryDirectory } from "@anyio/fs";
import { caught } from "#support/caught";
import { skipOn } from "#support/runtimes";
import { plant, useDirectory } from "./support/directory.js";

const at = useDirectory();

async function found(paths: AsyncIterable<Path>): Promise<string[]> {
  const list: string[] = [];
  for await (const path of paths) list.push(String(path.relativeTo(at())));
  return list.sort();
}

const TREE = ["a.py", "b.txt", ".hidden.py", "dir/c.py", "dir/.d/e.py", "dir/deep/er/f.py", "dir/deep/g.txt", "empty/"];

describe("Path.iterdir", () => {
  it("gives what is in a directory", async () => {
    plant(at(), TREE);

    expect(await found(new Path(at()).iterdir())).toEqual([".hidden.py", "a.py", "b.txt", "dir", "empty"]);
    expect(await found(new Path(at("empty")).iterdir())).toEqual([]);
  });

  it("keeps the path as it is written", async () => {
    const names: string[] = [];
    for await (const path of new Path(".").iterdir()) names.push(String(path));

    expect(names).toContain("package.json");
  });

  it("gives each entry once to those who ask at once, and the next ones to who is left", async () => {
    plant(at(), ["a", "b", "c", "d"]);
    const entries = new Path(at()).iterdir();
    const scope = new CancelScope();

    const cancelled = scope.run(() => entries.next());
    const asked = Array.from({ length: 5 }, () => entries.next());
    scope.cancel();
    await cancelled;

    const names = (await Promise.all(asked)).map(({ value }) => value?.name ?? "the end");
    expect(names.slice(0, 4).toSorted()).toEqual(["a", "b", "c", "d"]);
    expect(names.slice(4)).toEqual(["the end"]);
  });

  it("fails with the system's code, each time", async () => {
    const entries = new Path(at("none")).iterdir();

    for (let i = 0; i < 2; i++) await expect(entries.next()).rejects.toMatchObject({ code: "ENOENT" });
    await expect(new Path(at()).joinpath("x").iterdir().next()).rejects.toMatchObject({ code: "ENOENT" });
  });
});

describe("Path.glob", () => {
  it.each([
    ["*", [".hidden.py", "a.py", "b.txt", "dir", "empty"]],
    ["*.py", [".hidden.py", "a.py"]],
    ["*/", ["dir", "empty"]],
    ["a.py", ["a.py"]],
    ["a.py/", []],
    ["none", []],
    ["dir/*.py", ["dir/c.py"]],
    ["*/*.py", ["dir/c.py"]],
    ["dir/deep", ["dir/deep"]],
    ["d?r/[c-d].py", ["dir/c.py"]],
    ["**/*.py", [".hidden.py", "a.py", "dir/.d/e.py", "dir/c.py", "dir/deep/er/f.py"]],
    ["dir/**/g.txt", ["dir/deep/g.txt"]],
    ["**/deep/**/*.*", ["dir/deep/er/f.py", "dir/deep/g.txt"]],
    ["**/", [".", "dir", "dir/.d", "dir/deep", "dir/deep/er", "empty"]],
    ["dir/deep/**", ["dir/deep", "dir/deep/er", "dir/deep/er/f.py", "dir/deep/g.txt"]],
    ["dir/../a.py", ["dir/../a.py"]],
    ["**/er/../*.txt", ["dir/deep/er/../g.txt"]],
    ["./*.txt", ["b.txt"]],
  ])("%s", async (pattern, expected) => {
    plant(at(), TREE);

    expect(await found(new Path(at()).glob(pattern))).toEqual(expected);
  });

  it("finds with rglob at any depth", async () => {
    plant(at(), TREE);

    expect(await found(new Path(at()).rglob("*.txt"))).toEqual(["b.txt", "dir/deep/g.txt"]);
    expect(await found(new Path(at()).rglob("deep/*.txt"))).toEqual(["dir/deep/g.txt"]);
  });

  it("tells upper from lower case as it is told", async () => {
    plant(at(), ["A.PY", "b.py", "Sub/c.py"]);

    expect(await found(new Path(at()).glob("*.py", { caseSensitive: false }))).toEqual(["A.PY", "b.py"]);
    expect(await found(new Path(at()).glob("sub/*", { caseSensitive: false }))).toEqual(["Sub/c.py"]);
    expect(await found(new Path(at()).glob("sub/*"))).toEqual([]);
  });

  it("finds links, and goes through them only where it is told", async () => {
    plant(at(), ["dir/a"]);
    symlinkSync("dir", at("link"));
    symlinkSync("none", at("dangling"));

    expect(await found(new Path(at()).glob("*"))).toEqual(["dangling", "dir", "link"]);
    expect(await found(new Path(at()).glob("*/a"))).toEqual(["dir/a", "link/a"]);
    expect(await found(new Path(at()).glob("**/a"))).toEqual(["dir/a"]);
    expect(await found(new Path(at()).glob("**/a", { recurseSymlinks: true }))).toEqual(["dir/a", "link/a"]);
    expect(await found(new Path(at()).glob("dangling"))).toEqual(["dangling"]);
    expect(await found(new Path(at()).glob("*/"))).toEqual(["dir", "link"]);
  });

  it("finds below a relative path what is written so", async () => {
    const names: string[] = [];
    for await (const path of new Path().glob("package.js*")) names.push(String(path));

    expect(names).toEqual(["package.json"]);
  });

  it("agrees with Python's", async () => {
    plant(at(), TREE);
    const patterns = ["*", "*/*", "**/*", "**/*.py", "dir/**/*", "**/d*/*", "d*/**/e*", "**/.*"];
    const program = `
import json, sys
from pathlib import Path
root = Path(sys.argv[1])
print(json.dumps([sorted({str(p.relative_to(root)) for p in root.glob(pattern)}) for pattern in sys.argv[2:]]))`;
    const expected = JSON.parse(
      execFileSync("python3", ["-c", program, at(), ...patterns], { encoding: "utf8" }),
    ) as string[][];

    for (const [i, pattern] of patterns.entries()) {
      expect([pattern, await found(new Path(at()).glob(pattern))]).toEqual([pattern, expected[i]?.toSorted()]);
    }
  });

  it.each(["", ".", "/a", "/"])("refuses the pattern %j at once", (pattern) => {
    expect(() => new Path(at()).glob(pattern)).toThrow(RangeError);
    expect(() => new Path(at()).rglob(pattern)).toThrow(RangeError);
  });

  it("goes on after a next() that was cancelled, and finds all", async () => {
    plant(
      at(),
      Array.from({ length: 300 }, (_, i) => `${i % 10}/${i}`),
    );
    const paths = new Path(at()).glob("**/*");
    const names: string[] = [];

    const state = { hasEnded: false };
    for (let attempt = 1; !state.hasEnded; attempt++) {
      const scope = new CancelScope();
      await scope.run(async () => {
        if (attempt % 3 === 0) setImmediate(() => scope.cancel());
        const next = paths.next();
        if (attempt % 7 === 0) queueMicrotask(() => scope.cancel());
        const result = await next;
        if (result.done) state.hasEnded = true;
        else names.push(String(result.value));
      });
    }

    expect(new Set(names).size).toBe(310);
    expect(names.length).toBe(310);
  });

  it("ends at once for who waits when it is left", async () => {
    plant(at(), TREE);
    const paths = new Path(at()).glob("**/*");

    const next = paths.next();
    await paths.return?.();

    expect(await next).toEqual({ value: undefined, done: true });
    expect(await paths.next()).toEqual({ value: undefined, done: true });
  });
});

describe("Path.walk", () => {
  const visits = async (options = {}): Promise<string[]> => {
    const list: string[] = [];
    for await (const [path, directories, files] of new Path(at()).walk(options)) {
      list.push(`${String(path.relativeTo(at()))}: ${directories.toSorted().join()} | ${files.toSorted().join()}`);
    }
    return list;
  };

  it("comes to a directory before what is in it", async () => {
    plant(at(), ["a/b/f", "a/g"]);

    expect(await visits()).toEqual([".: a | ", "a: b | g", "a/b:  | f"]);
  });

  it("comes to a directory after what is in it, bottom up", async () => {
    plant(at(), ["a/b/f", "a/g"]);

    expect(await visits({ topDown: false })).toEqual(["a/b:  | f", "a: b | g", ".: a | "]);
  });

  it("leaves out what is taken from the list", async () => {
    plant(at(), ["keep/f", "skip/f"]);
    const seen: string[] = [];

    for await (const [path, directories] of new Path(at()).walk()) {
      seen.push(path.name);
      if (directories.includes("skip")) directories.splice(directories.indexOf("skip"), 1);
    }

    expect(seen.slice(1)).toEqual(["keep"]);
  });

  it("follows links to directories where it is told", async () => {
    plant(at(), ["dir/f"]);
    symlinkSync("dir", at("link"));

    expect(await visits()).toEqual([".: dir | link", "dir:  | f"]);
    expect((await visits({ followSymlinks: true })).sort()).toEqual([".: dir,link | ", "dir:  | f", "link:  | f"]);
  });

  it("tells two who ask at once of different directories", async () => {
    plant(at(), ["a/", "b/", "c/"]);
    const walk = new Path(at()).walk();

    const results = await Promise.all(Array.from({ length: 5 }, () => walk.next()));

    const names = results.map(({ value }) => (value === undefined ? "the end" : String(value[0].relativeTo(at()))));
    expect(names.slice(0, 4).toSorted()).toEqual([".", "a", "b", "c"]);
    expect(names.slice(4)).toEqual(["the end"]);
  });

  it("passes over what cannot be read, or tells of it", async () => {
    const errors: unknown[] = [];
    const walk = new Path(at("none")).walk({ onError: (error, path) => errors.push([error, path.name]) });

    expect(await walk.next()).toEqual({ value: undefined, done: true });
    expect(errors).toMatchObject([[{ code: "ENOENT" }, "none"]]);
    const throwing = new Path(at("none")).walk({
      onError: () => {
        throw new RangeError("mine");
      },
    });
    await caught(throwing.next(), RangeError);
  });

  it("agrees with Python's", async () => {
    plant(at(), TREE);
    const program = `
import json, os, sys
print(json.dumps([[os.path.relpath(p, sys.argv[1]), sorted(d), sorted(f)] for p, d, f in os.walk(sys.argv[1])]))`;
    const expected = JSON.parse(execFileSync("python3", ["-c", program, at()], { encoding: "utf8" })) as unknown[];
    const actual: unknown[] = [];
    for await (const [path, directories, files] of new Path(at()).walk()) {
      actual.push([String(path.relativeTo(at())), directories.toSorted(), files.toSorted()]);
    }

    const byPath = (visits: unknown[]): unknown[] =>
      visits.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
    expect(byPath(actual)).toEqual(byPath(expected));
  });
});

describe("a tree of 100,000 files", () => {
  it.each([
    ["in 1,000 directories", 100],
    ["in 10 directories", 10_000],
    ["in one directory", 100_000],
  ])("is searched and walked through with timers on time: %s", { timeout: 120_000 }, async (where, perDirectory) => {
    // Of 10,000 that costs a timer some 15 ms there.
    if (perDirectory > 10_000)
      skipOn("deno", "it makes the list of a directory in one go, some 100 ms for 100,000 entries");
    // In memory where there is such a place: to make so many files on a disk may take minutes.
    await using directory = await temporaryDirectory(existsSync("/dev/shm") ? { dir: "/dev/shm" } : {});
    execFileSync("python3", ["-c", MAKE_TREE, directory.name, String(100_000 / perDirectory), String(perDirectory)]);

    // The machine may serve others meanwhile; how late they make a timer is not ours.
    let latest = Infinity;
    for (let attempt = 0; attempt < 5 && latest >= 50; attempt++) {
      const clock = new Lateness();
      let count = 0;
      for await (const path of directory.path.glob("**/*.txt")) if (path.name !== "") count++;
      let files = 0;
      for await (const [, , names] of directory.path.walk()) files += names.length;
      clock.stop();

      expect([count, files]).toEqual([100_000, 100_000]);
      latest = Math.min(latest, clock.worst);
    }

    console.log(`100,000 files ${where}: the latest timer was ${latest.toFixed(1)} ms late`);
    expect(latest).toBeLessThan(50);
  });
});

const MAKE_TREE = `
import os, sys
root, directories, files = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
for i in range(directories):
    os.mkdir(f"{root}/directory-{i}")
    for j in range(files):
        os.close(os.open(f"{root}/directory-{i}/file-number-{j}.txt", os.O_CREAT | os.O_WRONLY))`;

/** How late a timer of 5 ms comes at worst. */
class Lateness {
  worst = 0;
  #due = performance.now() + 5;
  readonly #timer = setInterval(() => {
    const now = performance.now();
    this.worst = Math.max(this.worst, now - this.#due);
    this.#due = now + 5;
  }, 5);

  stop(): void {
    clearInterval(this.#timer);
  }
}
