import type { ContestantName, PeerName } from "../contestants/index.js";
import type { Mode } from "../measure/effort.js";
import type { Sample } from "../sample.js";
import { type Job, sizeFor } from "../schedule.js";
import { median } from "../median.js";
import { takesPart, type Unit, type Workload } from "../workloads/workload.js";

/** One line of the table: a metric of a workload. */
export interface Row {
  readonly workload: string;
  readonly metric: string;
  readonly unit: Unit;
  /** Of those who take part. */
  readonly cells: ReadonlyMap<ContestantName, Cell>;
}

/** What one contestant has in a row. A figure's samples are in the order of the rounds, "never" being Infinity. */
export type Cell =
  | { readonly kind: "figure"; readonly samples: readonly number[]; readonly median: number; readonly size: number }
  | { readonly kind: "fails"; readonly reason: string }
  | { readonly kind: "left out"; readonly reason: string };

export interface Outcome {
  readonly job: Job;
  readonly sample: Sample;
}

export function summarize(
  workloads: readonly Workload[],
  contestants: readonly ContestantName[],
  outcomes: readonly Outcome[],
  mode: Mode,
): readonly Row[] {
  return workloads.flatMap((workload) => {
    const taking = contestants.filter((name) => takesPart(workload, name));
    return Object.entries(workload.metrics).map(([metric, unit]) => ({
      workload: workload.name,
      metric,
      unit,
      cells: new Map(taking.map((name) => [name, cellFor(workload, metric, name, outcomes, mode)])),
    }));
  });
}

function cellFor(
  workload: Workload,
  metric: string,
  name: ContestantName,
  outcomes: readonly Outcome[],
  mode: Mode,
): Cell {
  const leftOut = workload.leftOut?.[name];
  if (leftOut !== undefined) return { kind: "left out", reason: leftOut };
  const samples: number[] = [];
  for (const { job, sample } of outcomes) {
    if (job.workload !== workload || job.contestant !== name) continue;
    if ("failure" in sample) return { kind: "fails", reason: sample.failure };
    samples.push(sample.values[metric] ?? Infinity);
  }
  return { kind: "figure", samples, median: median(samples), size: sizeFor(workload, name, mode) };
}

/**
 * Ours against a peer's: the median of the rounds' ratios. Undefined where either has no figure or no end, and for the
 * growth of a heap: both are noise about nothing.
 */
export function ratio(row: Row, peer: PeerName): number | undefined {
  if (row.unit === "KiB") return undefined;
  const ours = row.cells.get("anyio");
  const theirs = row.cells.get(peer);
  if (ours?.kind !== "figure" || theirs?.kind !== "figure") return undefined;
  if (ours.median === Infinity || theirs.median === Infinity) return undefined;
  return median(ours.samples.map((sample, round) => sample / (theirs.samples[round] ?? Number.NaN)));
}
