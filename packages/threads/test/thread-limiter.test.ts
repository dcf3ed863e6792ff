import { describe, expect, it } from "vitest";
import { run } from "@anyio/core";
import { CapacityLimiter } from "@anyio/sync";
import { defaultThreadLimiter } from "@anyio/threads";
import { outside } from "#support/outside";

describe("defaultThreadLimiter", () => {
  it("has forty tokens", () => {
    expect(defaultThreadLimiter()).toBeInstanceOf(CapacityLimiter);
    expect(defaultThreadLimiter().totalTokens).toBe(40);
  });

  it("is one for each run(), shared by the runs in it", async () => {
    const inRun = <T>(fn: () => T | Promise<T>): Promise<T> => outside(() => run(fn, { signals: [] }));

    await inRun(async () => {
      const limiter = defaultThreadLimiter();
      expect(await run(() => defaultThreadLimiter())).toBe(limiter);
      limiter.totalTokens = 7;
    });

    expect(await inRun(() => defaultThreadLimiter().totalTokens)).toBe(40);
  });
});
