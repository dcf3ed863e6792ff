import { describe, expect, it } from "vitest";
import { moduleExport, moduleExportOf } from "@anyio/core/lowlevel";

describe("moduleExport", () => {
  it("makes a function that says what it stands for", () => {
    const add = moduleExport<(a: number, b: number) => number>(new URL("file:///app/math.js"), "add");

    expect(moduleExportOf(add)).toEqual({ module: "file:///app/math.js", name: "add" });
    expect(add.name).toBe("add");
  });

  it("is not to be called here", () => {
    expect(moduleExport("file:///app/math.js", "default")).toThrow(
      /"default" of file:\/\/\/app\/math\.js is a reference/,
    );
  });

  it.each(["./math.js", "", undefined as never, 1 as never])("refuses %j for a URL", (module) => {
    expect(() => moduleExport(module, "add")).toThrow(TypeError);
  });

  it.each(["", undefined as never, 1 as never])("refuses %j for a name", (name) => {
    expect(() => moduleExport("file:///app/math.js", name)).toThrow(TypeError);
  });
});

describe("moduleExportOf", () => {
  it.each([() => {}, {}, null, undefined, "add"])("finds nothing in %j", (value) => {
    expect(moduleExportOf(value)).toBeUndefined();
  });
});
