import { inspect } from "node:util";
import * as fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { ExceptionGroup, TimeoutError } from "@anyio/core";

const failed = (code: string) => Object.assign(new Error(`failed with ${code}`), { code });

describe("ExceptionGroup", () => {
  it("is an AggregateError with its errors", () => {
    const errors = [new Error("a"), new RangeError("b")];
    const group = new ExceptionGroup(errors);

    expect(group).toBeInstanceOf(AggregateError);
    expect(group).toBeInstanceOf(Error);
    expect(group.name).toBe("ExceptionGroup");
    expect(group.errors).toEqual(errors);
  });

  it("takes any iterable", () => {
    const errors = new Set([new Error("a"), new Error("b")]);

    expect(new ExceptionGroup(errors).errors).toEqual([...errors]);
  });

  it("says the given message, the count, then each distinct error's name and message", () => {
    const group = new ExceptionGroup([new Error("disk"), new RangeError("port"), new Error("disk")], "backup failed");

    expect(group.message).toMatch(/^backup failed.*3.*Error: disk.*RangeError: port/);
    expect(group.message.split("Error: disk")).toHaveLength(2);
  });

  it.each([undefined, ""])("has a message that is never empty: %j", (message) => {
    const group = new ExceptionGroup([new Error("disk")], message);

    expect(group.message).toMatch(/^\S.*1 error.*disk/);
  });

  it("describes what was thrown and is no error", () => {
    const values = ["text", undefined, null, Symbol("s"), Object.create(null), { toString: 1 }];

    expect(new ExceptionGroup(values).message).toContain("text");
  });

  it("has the errors' code where all agree", () => {
    expect(new ExceptionGroup([failed("ENOENT"), failed("ENOENT")]).code).toBe("ENOENT");
    expect(new ExceptionGroup([new ExceptionGroup([failed("ENOENT")]), failed("ENOENT")]).code).toBe("ENOENT");
  });

  it("has a code of its own where they do not agree, or have none", () => {
    expect(new ExceptionGroup([failed("ENOENT"), failed("EPERM")]).code).toBe("ERR_ANYIO_EXCEPTION_GROUP");
    expect(new ExceptionGroup([failed("ENOENT"), new Error("x")]).code).toBe("ERR_ANYIO_EXCEPTION_GROUP");
    expect(new ExceptionGroup(["thrown", null]).code).toBe("ERR_ANYIO_EXCEPTION_GROUP");
  });

  it("keeps its cause", () => {
    const cause = new Error("root of it");

    expect(new ExceptionGroup([new Error("a")], "m", { cause }).cause).toBe(cause);
    expect("cause" in new ExceptionGroup([new Error("a")])).toBe(false);
  });

  it("divides groups in it that another copy of this package made", async () => {
    vi.resetModules();
    const other = await import("../src/exception-group.js");
    expect(other.ExceptionGroup).not.toBe(ExceptionGroup);
    const [range, type] = [new RangeError("r"), new TypeError("t")];

    const [ranges, others] = new ExceptionGroup([new other.ExceptionGroup([range, type])]).split(RangeError);

    expect(ranges?.leaves()).toEqual([range]);
    expect(others?.leaves()).toEqual([type]);
  });

  it("is recognised by a brand where another copy of this package made it", () => {
    const foreign = new AggregateError([new Error("a")]);
    for (const brand of Object.getOwnPropertySymbols(ExceptionGroup.prototype)) {
      Object.defineProperty(foreign, brand, { value: true });
    }

    expect(foreign instanceof ExceptionGroup).toBe(true);
    expect(new AggregateError([]) instanceof ExceptionGroup).toBe(false);
  });
});

describe("ExceptionGroup.leaves", () => {
  it("are all errors that are no groups, at any depth, in order", () => {
    const [a, b, c, d] = ["a", "b", "c", "d"].map((name) => new Error(name)) as [Error, Error, Error, Error];

    const group = new ExceptionGroup([a, new ExceptionGroup([b, new ExceptionGroup([c])]), d]);

    expect(group.leaves()).toEqual([a, b, c, d]);
  });
});

describe("ExceptionGroup.split", () => {
  const [plain, range, type] = [new Error("plain"), new RangeError("range"), new TypeError("type")];
  const nested = new ExceptionGroup([plain, new ExceptionGroup([range, type], "inner")], "outer");

  it("divides by a class of errors, nesting and messages kept", () => {
    const [ranges, others] = nested.split(RangeError);

    expect(ranges).toMatchObject({
      message: expect.stringMatching(/^outer/) as unknown,
      errors: [{ message: expect.stringMatching(/^inner/) as unknown, errors: [range] }],
    });
    expect(others).toMatchObject({ errors: [plain, { errors: [type] }] });
  });

  it("divides by a predicate, asked for leaves only", () => {
    const asked: unknown[] = [];

    const [matching, others] = nested.split((leaf) => {
      asked.push(leaf);
      return leaf === type;
    });

    expect(matching?.leaves()).toEqual([type]);
    expect(others?.leaves()).toEqual([plain, range]);
    expect(asked.every((leaf) => [plain, range, type].includes(leaf as Error))).toBe(true);
  });

  it("takes classes of this library, which are told by a brand", () => {
    const timeout = new TimeoutError("x", 1, undefined);

    expect(new ExceptionGroup([plain, timeout]).split(TimeoutError)[0]?.errors).toEqual([timeout]);
  });

  it("takes Error itself", () => {
    expect(new ExceptionGroup([plain, "thrown"]).split(Error).map((side) => side?.errors)).toEqual([
      [plain],
      ["thrown"],
    ]);
  });

  it("has undefined for a side without leaves", () => {
    expect(nested.split(Error)).toEqual([nested, undefined]);
    expect(nested.split(SyntaxError)).toEqual([undefined, nested]);
    expect(nested.split(Error)[0]).toBe(nested);
  });

  it("keeps the cause, and the code as it is of the part", () => {
    const cause = new Error("why");
    const group = new ExceptionGroup([failed("ENOENT"), failed("EPERM")], "m", { cause });

    const [missing, denied] = group.split((leaf) => (leaf as { code: string }).code === "ENOENT");

    expect([missing?.code, denied?.code]).toEqual(["ENOENT", "EPERM"]);
    expect([missing?.cause, denied?.cause]).toEqual([cause, cause]);
  });

  it("loses no leaf and changes no order", () => {
    const tree: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
      node: fc.oneof(
        { maxDepth: 4 },
        fc.nat({ max: 9 }),
        fc.array(tie("node"), { minLength: 1, maxLength: 4 }).map((members) => new ExceptionGroup(members)),
      ),
    })).node;

    fc.assert(
      fc.property(fc.array(tree, { minLength: 1, maxLength: 4 }), (members) => {
        const group = new ExceptionGroup(members);
        const isEven = (leaf: unknown) => (leaf as number) % 2 === 0;

        const [even, odd] = group.split(isEven);

        expect(even?.leaves() ?? []).toEqual(group.leaves().filter(isEven));
        expect(odd?.leaves() ?? []).toEqual(group.leaves().filter((leaf) => !isEven(leaf)));
        expect(group.subgroup(isEven)?.leaves()).toEqual(even?.leaves());
      }),
    );
  });
});

describe("ExceptionGroup.subgroup", () => {
  it("is the side that matches", () => {
    const range = new RangeError("range");
    const group = new ExceptionGroup([new Error("plain"), new ExceptionGroup([range])]);

    expect(group.subgroup(RangeError)?.leaves()).toEqual([range]);
    expect(group.subgroup(SyntaxError)).toBeUndefined();
    expect(group.subgroup(Error)).toBe(group);
  });
});

describe("console.log of an ExceptionGroup", () => {
  const shown = (value: unknown) => inspect(value, { colors: false });

  it("shows a tree with every leaf and its stack", () => {
    const text = shown(
      new ExceptionGroup([new Error("disk"), new ExceptionGroup([new RangeError("port")], "inner")], "outer"),
    );
    const lines = text.split("\n");

    expect(lines[0]).toMatch(/^ExceptionGroup: outer/);
    expect(text).toContain("├─ Error: disk");
    expect(text).toMatch(/└─ ExceptionGroup: inner/);
    expect(text).toMatch(/ {3}└─ RangeError: port/);
    expect(lines.filter((line) => /^│ +at /.test(line)).length).toBeGreaterThan(0);
    expect(lines.filter((line) => /^ {6} +at /.test(line)).length).toBeGreaterThan(0);
  });

  it("shows leaves at any depth, where inspect would stop at 2", () => {
    let group = new ExceptionGroup([new Error("the bottom")]);
    for (let i = 0; i < 50; i++) group = new ExceptionGroup([group]);

    const text = shown(group);

    expect(text).toContain("Error: the bottom");
    expect(text).not.toContain("[ExceptionGroup]");
  });

  it("shows the cause and the properties of a leaf", () => {
    const text = shown(new ExceptionGroup([Object.assign(new Error("x", { cause: new Error("why") }), { port: 80 })]));

    expect(text).toMatch(/why/);
    expect(text).toMatch(/port: 80/);
  });

  it("shows a group that is somebody's cause or property", () => {
    const group = new ExceptionGroup([new Error("the bottom")]);

    expect(shown(new Error("top", { cause: group }))).toContain("the bottom");
    expect(shown({ a: { b: { group } } })).toContain("the bottom");
  });

  it("shows a group that contains itself", () => {
    const group = new ExceptionGroup<unknown>([new Error("a")]);
    group.errors.push(group);

    expect(shown(group)).toContain("Error: a");
  });

  it("shows what was thrown and is no error", () => {
    expect(shown(new ExceptionGroup(["text", undefined]))).toMatch(/text/);
  });
});
