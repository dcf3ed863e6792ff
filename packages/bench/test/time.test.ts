import { describe, expect, it } from "vitest";
import type { Effort } from "../src/measure/effort.js";
import { timeAsTold, timePerOperation } from "../src/measure/time.js";

const ONCE: Effort = { warmUpMs: 0, samples: 1, sampleMs: 0, busyMs: 0 };

describe("timePerOperation", () => {
  it("has no figure for work that was not all done", async () => {
    const timed = timePerOperation(3, async () => 2, ONCE);

    await expect(timed).rejects.toThrow("work done: expected 3, got 2");
  });

  it("repeats the work until a sample is as long as it has to be", async () => {
    let repetitions = 0;
    const work = async () => {
      repetitions += 1;
      return 1;
    };

    const time = await timePerOperation(1, work, { ...ONCE, sampleMs: 5 });

    // As many as there were took what a sample takes, or a little longer.
    expect(time * repetitions).toBeGreaterThanOrEqual(5e6 * (1 - 1e-9));
  });
});

describe("timeAsTold", () => {
  it("is the median of the samples' means, in nanoseconds", async () => {
    const told = [1, 3, 5, 7, 100, 200];
    const work = async () => told.shift() ?? 0;

    const time = await timeAsTold(2, work, { ...ONCE, samples: 3 });

    expect(time).toBe(6e6);
  });
});
