import type { ContestantName } from "../contestants/index.js";
import type { Mode } from "../measure/effort.js";
import type { Machine } from "./machine.js";
import { ratio, type Row } from "./results.js";
import type { Verdict } from "./verdicts.js";

/** Everything that was measured, sample by sample; "never" is null, as JSON has no Infinity. */
export function toJson(
  conditions: Machine & { mode: Mode },
  rows: readonly Row[],
  contestants: readonly ContestantName[],
  verdicts: readonly Verdict[],
): string {
  const results = rows.map((row) => ({
    ...row,
    cells: Object.fromEntries(row.cells),
    ratios: Object.fromEntries(
      contestants.flatMap((name) => (name === "anyio" ? [] : [[name, ratio(row, name) ?? null]])),
    ),
  }));
  return `${JSON.stringify({ conditions, results, verdicts }, null, 2)}\n`;
}
