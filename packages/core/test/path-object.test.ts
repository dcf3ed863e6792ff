import { describe, expect, it } from "vitest";
import { isPathObject, PATH } from "@anyio/core/lowlevel";

describe("isPathObject", () => {
  it("is true of what says that it stands for a path, whichever copy made it", () => {
    expect(isPathObject({ [PATH]: true, toString: () => "/tmp" })).toBe(true);
    expect(PATH).toBe(Symbol.for("@anyio/core/v1/path"));
  });

  it.each([["/tmp"], [null], [undefined], [7], [{ toString: () => "/tmp" }], [["/tmp"]]])("is false of %o", (value) => {
    expect(isPathObject(value)).toBe(false);
  });
});
