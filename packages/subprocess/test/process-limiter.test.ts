import { availableParallelism } from "node:os";
import { describe, expect, it } from "vitest";
import { run } from "@anyio/core";
import { defaultProcessLimiter } from "@anyio/subprocess";
import { CapacityLimiter } from "@anyio/sync";
import { outside } from "#support/outside";

describe("defaultProcessLimiter", () => {
  it("has as many tokens as there are processors", () => {
    expect(defaultProcessLimiter()).toBeInstanceOf(CapacityLimiter);
    expect(defaultProcessLimiter().totalTokens).toBe(availableParallelism());
  });

  it("is one for each run(), shared by the runs in it", async () => {
    await outside(() =>
      run(
        async () => {
          const limiter = defaultProcessLimiter();
          expect(await run(() => defaultProcessLimiter())).toBe(limiter);
          limiter.totalTokens = 7;
        },
        { signals: [] },
      ),
    );

    expect(await outside(() => run(() => defaultProcessLimiter().totalTokens, { signals: [] }))).toBe(
      availableParallelism(),
    );
  });
});
