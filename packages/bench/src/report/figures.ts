import type { ContestantName, PeerName } from "../contestants/index.js";
import type { Workload } from "../workloads/workload.js";
import { type Cell, ratio, type Row } from "./results.js";
import { figure, table } from "./table.js";

/** The figures of all contestants, and ours against each peer's where we took part: a table for each field of them. */
export function figuresTables(rows: readonly Row[]): string {
  return fields(rows)
    .map((field) => figuresTable(field, [...(field[0]?.cells.keys() ?? [])]))
    .join("\n\n");
}

/** Rows that stand together and have the same contestants. */
function fields(rows: readonly Row[]): readonly (readonly Row[])[] {
  const found: Row[][] = [];
  for (const row of rows) {
    const field = found.at(-1);
    if (field?.[0] !== undefined && sameContestants(field[0], row)) field.push(row);
    else found.push([row]);
  }
  return found;
}

function sameContestants(a: Row, b: Row): boolean {
  return a.cells.size === b.cells.size && [...a.cells.keys()].every((name) => b.cells.has(name));
}

function figuresTable(rows: readonly Row[], contestants: readonly ContestantName[]): string {
  const peers = contestants.includes("anyio") ? contestants.filter(isPeer) : [];
  const heading = ["workload", "unit", ...contestants, ...peers.map((peer) => `÷ ${peer}`)];
  const lines = rows.map((row) => [
    nameOf(row),
    row.unit,
    ...contestants.map((name) => cellText(row.cells.get(name))),
    ...peers.map((peer) => ratioText(ratio(row, peer))),
  ]);
  return table([heading, ...lines]);
}

/** What the table cannot say in its cells: what the workloads are, other sizes, failures and who was left out. */
export function notes(rows: readonly Row[], workloads: readonly Workload[]): string {
  const lines = workloads.map(({ name, title, size }) => `${name}: ${title} (${size.toLocaleString("en")})`);
  for (const row of rows) {
    const size = workloads.find(({ name }) => name === row.workload)?.size;
    for (const [name, cell] of row.cells) {
      const note = noteOn(cell, size);
      if (note !== undefined) lines.push(`${nameOf(row)}: ${name} ${note}`);
    }
  }
  return lines.join("\n");
}

function noteOn(cell: Cell, size: number | undefined): string | undefined {
  if (cell.kind !== "figure") return `${cell.kind}: ${cell.reason}`;
  return cell.size === size ? undefined : `did ${cell.size.toLocaleString("en")} only`;
}

function nameOf({ workload, metric }: Row): string {
  return `${workload} ${metric}`;
}

function cellText(cell: Cell | undefined): string {
  if (cell === undefined || cell.kind === "left out") return "-";
  return cell.kind === "fails" ? "fails" : figure(cell.median);
}

function ratioText(value: number | undefined): string {
  return value === undefined ? "-" : `${value.toFixed(2)}x`;
}

function isPeer(name: ContestantName): name is PeerName {
  return name !== "anyio";
}
