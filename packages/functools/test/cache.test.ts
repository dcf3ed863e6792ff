import { describe, expect, it } from "vitest";
import { cache } from "@anyio/functools";

describe("cache", () => {
  it("keeps every result", async () => {
    let calls = 0;
    const square = cache(async (n: number) => {
      calls++;
      return n * n;
    });

    for (let i = 0; i < 2; i++) for (let n = 0; n < 500; n++) expect(await square(n)).toBe(n * n);

    expect(calls).toBe(500);
    expect(square.cacheInfo()).toEqual({ hits: 500, misses: 500, maxSize: null, currentSize: 500, ttl: null });
  });

  it("refuses what is no function", () => {
    expect(() => cache({} as never)).toThrow(TypeError);
  });
});
