import { describe, expect, it } from "vitest";
import { timeAsTold } from "../src/measure/time.js";

describe("timeAsTold", () => {
  it("is the median of the samples' means, in nanoseconds", async () => {
    const told = [1, 3, 5, 7, 100, 200];
    const work = async () => told.shift() ?? 0;

    const time = await timeAsTold(2, work, { warmUpMs: 0, samples: 3, sampleMs: 0, busyMs: 0 });

    expect(time).toBe(6e6);
  });
});
