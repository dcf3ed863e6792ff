import { describe, expect, it } from "vitest";
import { CancelScope, failAfter, sleepForever } from "@anyio/core";

describe("failAfter", () => {
  it("nests 10,000 deep without an await in between, and unwinds", async () => {
    let ended = 0;
    const nest = (depth: number): Promise<void> =>
      failAfter(60_000, async () => {
        try {
          await (depth === 0 ? sleepForever() : nest(depth - 1));
        } finally {
          ended++;
        }
      });
    const scope = new CancelScope();

    await scope.run(async () => {
      const nested = nest(9_999);
      await new Promise(setImmediate);
      scope.cancel();
      await nested;
    });

    expect(ended).toBe(10_000);
    expect(scope.cancelledCaught).toBe(true);
  });
});
