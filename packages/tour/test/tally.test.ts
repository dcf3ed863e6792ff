import { describe, expect, it } from "vitest";
import { Tally } from "../src/indexer/tally.js";

describe("Tally", () => {
  it("stays small, and keeps what is frequent", () => {
    const tally = new Tally();
    for (let i = 0; i < 400_000; i++) {
      tally.add(`word${i}`);
      if (i % 4 === 0) tally.add("frequent");
    }

    expect(tally.top(1)).toEqual([{ word: "frequent", count: 100_000 }]);
    expect(tally.top(Infinity).length).toBeLessThanOrEqual(100_000);
  });
});
