import { BusyResourceError } from "@anyio/core";
import { ResourceGuard } from "@anyio/sync";
import { describe, expect, it } from "vitest";

describe("ResourceGuard", () => {
  it("keeps a second user out, saying what the first does", () => {
    const guard = new ResourceGuard("reading from");

    const use = guard.enter();

    expect(() => guard.enter()).toThrow(BusyResourceError);
    expect(() => guard.enter()).toThrow("another task is already reading from this resource");
    use[Symbol.dispose]();
  });

  it("says that it is being used unless told more", () => {
    const guard = new ResourceGuard();

    guard.enter();

    expect(() => guard.enter()).toThrow("already using this resource");
  });

  it("lets the next one in once the first has left", () => {
    const guard = new ResourceGuard();

    guard.enter()[Symbol.dispose]();
    guard.enter()[Symbol.dispose]();

    expect(() => guard.enter()).not.toThrow();
  });

  it("is left once, however often a use is disposed of", () => {
    const guard = new ResourceGuard();
    const first = guard.enter();
    first[Symbol.dispose]();
    const second = guard.enter();

    first[Symbol.dispose]();

    expect(() => guard.enter()).toThrow(BusyResourceError);
    second[Symbol.dispose]();
    expect(() => guard.enter()).not.toThrow();
  });

  it("is left at the end of a block that fails", () => {
    const guard = new ResourceGuard();

    expect(() => {
      using _ = guard.enter();
      throw new RangeError("failure");
    }).toThrow(RangeError);

    expect(() => guard.enter()).not.toThrow();
  });
});
