import { describe, expect, it } from "vitest";
import { type Bar, BARS, type Rule } from "../src/bars.js";
import { concerns, judge } from "../src/report/verdicts.js";
import { WORKLOADS } from "../src/workloads/index.js";
import { takesPart } from "../src/workloads/workload.js";
import { row } from "./fixtures.js";

const against: Rule = { kind: "ratio", workload: "spawn", metric: "time", against: "native" };

describe("judge", () => {
  it("meets a bar that is just reached, and misses one that is passed", () => {
    const rows = [row("spawn", { anyio: [8], native: [10] })];

    expect(results([bar(against, 0.8), bar(against, 0.79)], rows)).toEqual(["met", "MISSED"]);
  });

  it("compares the largest of all sizes with the smallest size", () => {
    const rows = [
      row("growth-10", { anyio: [10] }),
      row("growth-100", { anyio: [16] }),
      row("growth-1000", { anyio: [12] }),
    ];
    const growth: Rule = { kind: "growth", workloads: "growth-", metric: "time" };

    expect(judge([bar(growth, 1.5)], rows, "node 24.0.0")[0]).toMatchObject({ measured: 1.6, result: "MISSED" });
  });

  it("misses where we fail, and has no figure where the peer does", () => {
    expect(results([bar(against, 1)], [row("spawn", { anyio: "overflow", native: [1] })])).toEqual(["MISSED"]);
    expect(results([bar(against, 1)], [row("spawn", { anyio: [1], native: "overflow" })])).toEqual(["no figure"]);
  });

  it("misses where what has an end for others never comes for us", () => {
    const value: Rule = { kind: "value", workload: "fairness", metric: "time" };

    expect(results([bar(value, 250)], [row("fairness", { anyio: [Infinity] })])).toEqual(["MISSED"]);
  });

  it("does not apply a bar to a runtime that it wasn't stated for", () => {
    const rows = [row("spawn", { anyio: [8], native: [1] })];

    expect(judge([bar(against, 1)], rows, "bun 1.4.5")[0]?.result).toBe("not for this runtime");
  });

  it("leaves out the bars of workloads that were not run", () => {
    expect(results([bar(against, 1)], [row("tree", { anyio: [1], native: [1] })])).toEqual([]);
  });
});

describe("BARS", () => {
  it("name workloads and metrics that there are", () => {
    const known = WORKLOADS.flatMap(({ name, metrics }) =>
      Object.keys(metrics).map((metric) => ({ workload: name, metric })),
    );

    expect(BARS.filter(({ rule }) => !known.some((row) => concerns(rule, row)))).toEqual([]);
  });

  it("compare with peers that take part", () => {
    const absent = BARS.filter(({ rule }) => {
      const measured = WORKLOADS.find(({ name }) => rule.kind === "ratio" && name === rule.workload);
      return rule.kind === "ratio" && measured !== undefined && !takesPart(measured, rule.against);
    });

    expect(absent).toEqual([]);
  });
});

function bar(rule: Rule, atMost: number): Bar {
  return { rule, atMost, on: ["node "], source: "here" };
}

function results(bars: readonly Bar[], rows: Parameters<typeof judge>[1]) {
  return judge(bars, rows, "node 24.0.0").map(({ result }) => result);
}
