import { posix } from "node:path";
import { inspect } from "node:util";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Path, PurePath } from "@anyio/fs";
import { check } from "#support/property";
import { PosixPath, WindowsPath } from "./support/windows-path.js";

const name = fc.constantFrom("a", "b.c", ".", "..", "", "x.tar.gz", ".d", "é€", "e f");
const text = fc
  .tuple(fc.constantFrom("", "/", "./"), fc.array(name, { maxLength: 6 }))
  .map(([root, names]) => root + names.join("/"))
  .filter((text) => !/^\/\/(?!\/)/.test(text));

describe("PurePath", () => {
  it("agrees with node:path on what a path is once it has been resolved", async () => {
    await check(
      fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 3 }), async (segments) => {
        const path = new PosixPath(...segments);

        // Only node:path takes ".." back, and keeps a slash at the end; an absolute segment starts anew here, as in posix.resolve.
        expect(posix.resolve("/base", String(path))).toBe(posix.resolve("/base", ...segments));
        expect(path.isAbsolute()).toBe(segments.some((segment) => segment.startsWith("/")));
        expect(path.name).toBe(String(path) === "." ? "" : posix.basename(String(path)));
      }),
      500,
    );
  });

  it("is what its parts make, and what parent and name make", async () => {
    await check(
      fc.asyncProperty(text, async (text) => {
        const path = new PosixPath(text);

        expect(new PosixPath(...path.parts).equals(path)).toBe(true);
        expect(new PosixPath(String(path)).parts).toEqual(path.parts);
        if (path.name !== "") expect(String(path.parent.joinpath(path.name))).toBe(String(path));
        if (path.name !== "" && path.name !== "..") expect(String(path.withName(path.name))).toBe(String(path));
        expect(path.stem + path.suffix).toBe(path.name);
        expect(path.parents.length).toBe(path.parts.length - (path.anchor === "" ? 0 : 1));
      }),
      500,
    );
  });

  it("goes from any path to any other with walkUp, as node:path does", async () => {
    const plain = fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 5 }).map((names) => `/${names.join("/")}`);
    await check(
      fc.asyncProperty(plain, plain, async (from, to) => {
        const way = new PosixPath(to).relativeTo(from, { walkUp: true });

        expect(String(way)).toBe(posix.relative(from, to) || ".");
        expect(posix.join(from, String(way))).toBe(posix.normalize(to));
      }),
      300,
    );
  });

  it("does not walk up over '..', nor to another root", () => {
    expect(() => new PosixPath("a").relativeTo("../b", { walkUp: true })).toThrow(RangeError);
    expect(() => new PosixPath("a").relativeTo("/b", { walkUp: true })).toThrow(/cannot be reached from/);
    expect(() => new PosixPath("a/b").relativeTo("b")).toThrow('"a/b" is not below "b"');
    expect(String(new PosixPath("/a/b/c").relativeTo("/a", "b"))).toBe("c");
  });

  it.each([
    ["a/b/c.py", "**/*.py", true],
    ["c.py", "**/*.py", true],
    ["a/b/c.py", "a/**", true],
    ["a", "a/**", false],
    ["a/b/c.py", "*/c.py", false],
    ["a/b/c.py", "*/*/c.py", true],
    ["/a/b", "**/b", false],
    ["/a/b", "/**", true],
    ["a/b/c/d", "a/**/d", true],
    ["a/d", "a/**/d", true],
    ["a/b/c/d", "a/**/**/d", true],
    ["", "**", true],
    ["a[b", "a[[]b", true],
    ["a-b", "a[+--]b", true],
    ["a/b", "a[!x]b", false],
    ["a.b", "a?b", true],
    ["a\nb", "a*b", true],
    ["😀", "?", true],
    ["z", "[z-a]", false],
    ["z", "[!z-a]", true],
  ])("fullMatch of %j with %j is %j", (path, pattern, matches) => {
    expect(new PosixPath(path).fullMatch(pattern)).toBe(matches);
  });

  it("matches stars as if each of them tried all that it can stand for", async () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b"), minLength: 1, maxLength: 8 });
    const pattern = fc.string({ unit: fc.constantFrom("a", "b", "*", "?", "[ab]"), minLength: 1, maxLength: 8 });

    await check(
      fc.asyncProperty(text, pattern, async (text, pattern) => {
        const pieces = pattern.split(/\*+/u).map((piece) => piece.replaceAll("?", "."));
        const all = new RegExp(`^${pieces.join(".*")}$`, "u");
        expect(new PosixPath(`x/${text}`).match(pattern), `${text} by ${pattern}`).toBe(all.test(text));
      }),
      1000,
    );
  });

  it("is done at once with a name of many stars that does not match", () => {
    const path = new PosixPath("a".repeat(200));

    for (const pattern of ["*a".repeat(20), "*a*".repeat(20), "*[a]?".repeat(20)]) {
      expect(path.fullMatch(pattern)).toBe(true);
      expect(path.fullMatch(`${pattern}b`), "would take years").toBe(false);
    }
  });

  it("compares case as the system does, unless told", () => {
    expect(new PosixPath("A.PY").match("*.py")).toBe(false);
    expect(new PosixPath("A.PY").match("*.py", { caseSensitive: false })).toBe(true);
    expect(new WindowsPath("A.PY").match("*.py")).toBe(true);
    expect(new WindowsPath("A.PY").fullMatch("a.py", { caseSensitive: true })).toBe(false);
    expect(new WindowsPath("C:/A").equals("c:\\a")).toBe(true);
    expect(new PosixPath("A").equals("a")).toBe(false);
  });

  it("sorts part by part and by code points", () => {
    const paths = ["b", "a-b", "a/b", "a", "😀", "\uFFFD"].map((text) => new PosixPath(text));

    expect(paths.sort((a, b) => a.compare(b)).map(String)).toEqual(["a", "a/b", "a-b", "b", "\uFFFD", "😀"]);
  });

  it("makes URIs and reads them", () => {
    expect(new PosixPath("/a b/ü#?").asUri()).toBe("file:///a%20b/%C3%BC%23%3F");
    expect(String(Path.fromUri("file:///a%20b"))).toBe("/a b");
    expect(() => new PosixPath("a").asUri()).toThrow(RangeError);
    expect(() => Path.fromUri("http://a/b")).toThrow(TypeError);
  });

  it("takes text, URLs and paths, and nothing else", () => {
    expect(String(new Path("/a", new Path("b")))).toBe("/a/b");
    expect(String(new Path(new URL("file:///x")))).toBe("/x");
    expect(() => new Path(5 as never)).toThrow("segments must be a string, a file: URL or a Path, not 5");
    expect(() => new Path("a", null as never)).toThrow(TypeError);
    expect(() => new Path("a").withName(5 as never)).toThrow(TypeError);
    expect(() => new Path("a").match("")).toThrow(RangeError);
  });

  it("shows itself", () => {
    expect(String(new Path("a", "b"))).toBe("a/b");
    expect(JSON.stringify({ path: new Path("a") })).toBe('{"path":"a"}');
    expect(inspect(new Path("a"))).toBe('Path("a")');
    expect(new Path("a")).toBeInstanceOf(PurePath);
  });

  it("makes paths of its own kind", () => {
    class Mine extends Path {}
    const path = new Mine("/a/b.c");

    for (const made of [
      path.parent,
      path.joinpath("x"),
      path.withSuffix(".d"),
      path.relativeTo("/a"),
      ...path.parents,
    ]) {
      expect(made).toBeInstanceOf(Mine);
    }
  });
});
