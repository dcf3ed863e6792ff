import type { Bar, Rule } from "../bars.js";
import { median } from "../median.js";
import { type Cell, ratio, type Row } from "./results.js";
import { figure, table } from "./table.js";

export interface Verdict {
  readonly bar: Bar;
  /** Undefined where there is nothing to measure by: the peer has no figure, or the workload was not asked for. */
  readonly measured: number | undefined;
  readonly result: "met" | "MISSED" | "no figure" | "not for this runtime";
}

/** Applies the bars to what was measured. Bars of workloads that were not run are left out. */
export function judge(bars: readonly Bar[], rows: readonly Row[], runtime: string): readonly Verdict[] {
  return bars.filter(({ rule }) => rows.some((row) => concerns(rule, row))).map((bar) => verdictOn(bar, rows, runtime));
}

function verdictOn(bar: Bar, rows: readonly Row[], runtime: string): Verdict {
  const concerned = rows.filter((row) => concerns(bar.rule, row));
  const measured = measure(bar.rule, concerned);
  if (!bar.on.some((beginning) => runtime.startsWith(beginning))) {
    return { bar, measured, result: "not for this runtime" };
  }
  // A peer that fails is no excuse, and no miss; that we fail is one.
  if (concerned.some((row) => row.cells.get("anyio")?.kind === "fails")) return { bar, measured, result: "MISSED" };
  if (measured === undefined) return { bar, measured, result: "no figure" };
  return { bar, measured, result: measured <= bar.atMost ? "met" : "MISSED" };
}

export function concerns(rule: Rule, { workload, metric }: Pick<Row, "workload" | "metric">): boolean {
  if (metric !== rule.metric) return false;
  return rule.kind === "growth" ? workload.startsWith(rule.workloads) : workload === rule.workload;
}

function measure(rule: Rule, rows: readonly Row[]): number | undefined {
  const [row] = rows;
  if (row === undefined) return undefined;
  switch (rule.kind) {
    case "ratio":
      return ratio(row, rule.against);
    case "value":
      return samplesOf(row.cells.get("anyio"))?.median;
    case "growth":
      return growth(rows);
  }
}

/** Within each round, the largest figure of all sizes against that of the smallest; the median over the rounds. */
function growth(rows: readonly Row[]): number | undefined {
  const sizes = rows.map((row) => samplesOf(row.cells.get("anyio"))?.samples ?? []);
  const [smallest = []] = sizes;
  if (rows.length < 2 || smallest.length === 0) return undefined;
  return median(
    smallest.map((first, round) => Math.max(...sizes.map((samples) => samples[round] ?? Infinity)) / first),
  );
}

function samplesOf(cell: Cell | undefined) {
  return cell?.kind === "figure" ? cell : undefined;
}

export function verdictsTable(verdicts: readonly Verdict[]): string {
  const lines = verdicts.map(({ bar, measured, result }) => [
    describe(bar.rule),
    figure(bar.atMost),
    measured === undefined ? "-" : figure(measured),
    result,
    bar.source,
  ]);
  return table([["bar", "at most", "measured", "result", "source"], ...lines]);
}

function describe(rule: Rule): string {
  switch (rule.kind) {
    case "ratio":
      return `${rule.workload} ${rule.metric}, against ${rule.against}`;
    case "value":
      return `${rule.workload} ${rule.metric}`;
    case "growth":
      return `${rule.workloads}* ${rule.metric}, largest against smallest size`;
  }
}
