import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { PurePath } from "@anyio/fs";
import { PosixPath, WindowsPath } from "./support/windows-path.js";

/** What Python's pathlib says; fixtures/pathlib.py has written it. */
interface Table {
  readonly paths: readonly [string, Record<string, unknown>][];
  readonly joins: readonly [string[], string][];
  readonly order: readonly (readonly number[])[];
}

const fixture = JSON.parse(readFileSync(join(import.meta.dirname, "fixtures/pathlib.json"), "utf8")) as {
  names: string[];
  suffixes: string[];
  bases: string[];
  patterns: string[];
  posix: Table;
  windows: Table;
};

describe.each([
  ["posix", PosixPath, fixture.posix],
  ["windows", WindowsPath, fixture.windows],
] as const)("PurePath against pathlib: %s", (_name, Kind, table) => {
  it.each(table.paths)("%j", (text, expected) => {
    expect(factsOf(new Kind(text))).toEqual(expected);
  });

  it.each(table.joins)("joins %j", (segments, expected) => {
    expect(String(new Kind(...segments))).toBe(expected);
    if (segments.length === 0) return;
    const [first = "", ...rest] = segments;
    expect(String(new Kind(first).joinpath(...rest))).toBe(expected);
  });

  it("compares", () => {
    const paths = table.paths.map(([text]) => new Kind(text));

    expect(paths.map((left) => paths.map((right) => left.compare(right) + 0))).toEqual(table.order);
  });
});

function factsOf(path: PurePath): Record<string, unknown> {
  const { names, suffixes, bases, patterns } = fixture;
  const attempt = (call: () => PurePath): string => {
    try {
      return String(call());
    } catch (error) {
      if (error instanceof RangeError) return "error";
      throw error;
    }
  };
  const hasBases = path.drive !== "" || path.root === "" || path.asPosix() === String(path);
  return {
    text: String(path),
    parts: path.parts,
    drive: path.drive,
    root: path.root,
    anchor: path.anchor,
    name: path.name,
    stem: path.stem,
    suffix: path.suffix,
    suffixes: path.suffixes,
    parent: String(path.parent),
    parents: path.parents.map(String),
    isAbsolute: path.isAbsolute(),
    isReserved: path.isReserved(),
    asPosix: path.asPosix(),
    withName: names.map((name) => attempt(() => path.withName(name))),
    withStem: names.map((name) => attempt(() => path.withStem(name))),
    withSuffix: path.stem === "." ? [] : suffixes.map((suffix) => attempt(() => path.withSuffix(suffix))),
    relativeTo: hasBases ? bases.map((base) => attempt(() => path.relativeTo(base))) : [],
    isRelativeTo: hasBases ? bases.map((base) => path.isRelativeTo(base)) : [],
    match: path.name === "" ? [] : patterns.map((pattern) => path.match(pattern)),
  };
}
