import { describe, expect, it } from "vitest";
import type { ContestantName } from "../src/contestants/index.js";
import { type Outcome, ratio, summarize } from "../src/report/results.js";
import type { Workload } from "../src/workloads/workload.js";
import { row, workload } from "./fixtures.js";

describe("summarize", () => {
  it("takes the median over the rounds", () => {
    const measured = workload();
    const outcomes = [3, 1, 2].map((time, round) => ({
      job: { workload: measured, contestant: "anyio" as const, round },
      sample: { values: { time } },
    }));

    const [first] = summarize([measured], ["anyio"], outcomes, "warm");

    expect(first?.cells.get("anyio")).toEqual({ kind: "figure", samples: [3, 1, 2], median: 2, size: 10 });
  });

  it("fails a contestant that failed in one round", () => {
    const measured = workload();
    const job = { workload: measured, contestant: "effect" as const, round: 1 };
    const outcomes = [
      { job, sample: { values: { time: 1 } } },
      { job: { ...job, round: 2 }, sample: { failure: "overflow" } },
    ];

    const [first] = summarize([measured], ["effect"], outcomes, "warm");

    expect(first?.cells.get("effect")).toEqual({ kind: "fails", reason: "overflow" });
  });

  it("has a cell for each that takes part", () => {
    const locks = workload({ contestants: ["native", "p-limit"] });

    const [first] = summarize(
      [locks],
      ["anyio", "native", "p-limit"],
      outcomesOf(locks, ["native", "p-limit"]),
      "warm",
    );

    expect([...(first?.cells.keys() ?? [])]).toEqual(["native", "p-limit"]);
  });

  it("takes null for never", () => {
    const measured = workload();
    const job = { workload: measured, contestant: "native" as const, round: 1 };

    const [first] = summarize([measured], ["native"], [{ job, sample: { values: { time: null } } }], "warm");

    expect(first?.cells.get("native")).toMatchObject({ median: Infinity });
  });
});

describe("ratio", () => {
  it("is the median of the rounds' ratios, not the ratio of the medians", () => {
    expect(ratio(row("spawn", { anyio: [1, 20, 3], native: [2, 10, 3] }), "native")).toBe(1);
  });

  it("is undefined where a peer has no figure or never ends", () => {
    expect(ratio(row("spawn", { anyio: [1], native: "overflow" }), "native")).toBeUndefined();
    expect(ratio(row("spawn", { anyio: [1] }), "native")).toBeUndefined();
    expect(ratio(row("spawn", { anyio: [Infinity], native: [1] }), "native")).toBeUndefined();
    expect(ratio(row("spawn", { anyio: [1], native: [Infinity] }), "native")).toBeUndefined();
  });
});

function outcomesOf(measured: Workload, contestants: readonly ContestantName[]): readonly Outcome[] {
  return contestants.map((contestant) => ({
    job: { workload: measured, contestant, round: 1 },
    sample: { values: { time: 1 } },
  }));
}
