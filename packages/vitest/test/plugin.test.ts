import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import anyio from "@anyio/vitest/plugin";

describe("anyio", () => {
  it("gives the project its runner in auto mode, which is the default", () => {
    const config = anyio().config({}) as { test: { runner: string } };

    expect(existsSync(config.test.runner)).toBe(true);
    expect(config).toEqual(anyio({ mode: "auto", clock: "real", seeds: 0, leaks: true }).config({}));
  });

  it("leaves the runner alone in mode manual", () => {
    expect(anyio({ mode: "manual", clock: "both", seeds: [7], leaks: false }).config({})).toEqual({
      test: { provide: { "@anyio/vitest": { mode: "manual", clock: "both", seeds: [7], leaks: false } } },
    });
  });

  it("refuses what is no mode, no clock and no seeds", () => {
    expect(() => anyio({ mode: "loud" as never })).toThrow(
      new TypeError('mode is "loud"; it has to be "auto" or "manual"'),
    );
    expect(() => anyio({ clock: "sundial" as never })).toThrow(TypeError);
    for (const seeds of [-1, 0.5, [], ["a"], null]) expect(() => anyio({ seeds: seeds as never })).toThrow(TypeError);
  });

  it("refuses a project that has a runner of its own", () => {
    expect(() => anyio().config({ test: { runner: "./mine.ts" } })).toThrow("./mine.ts");
    expect(() => anyio({ mode: "manual" }).config({ test: { runner: "./mine.ts" } })).not.toThrow();
  });
});
