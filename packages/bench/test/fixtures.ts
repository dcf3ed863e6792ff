import type { ContestantName } from "../src/contestants/index.js";
import type { Cell, Row } from "../src/report/results.js";
import { median } from "../src/median.js";
import type { Workload } from "../src/workloads/workload.js";

export function workload(options: Partial<Workload> = {}): Workload {
  return {
    name: "spawn",
    title: "",
    metrics: { time: "ns" },
    size: 10,
    smokeSize: 1,
    run: () => Promise.resolve({ time: 1 }),
    ...options,
  };
}

/** A row in nanoseconds: an array is the rounds' samples, a string the reason of a failure. */
export function row(name: string, cells: Partial<Record<ContestantName, number[] | string>>): Row {
  const entries = Object.entries(cells).map(([contestant, given]): [ContestantName, Cell] => [
    contestant as ContestantName,
    typeof given === "string"
      ? { kind: "fails", reason: given }
      : { kind: "figure", samples: given, median: median(given), size: 10 },
  ]);
  return { workload: name, metric: "time", unit: "ns", cells: new Map(entries) };
}
