import { styleText } from "node:util";
import { currentTime } from "@anyio/core";
import { pageWidth } from "./layout.js";

/** How many ms a column may stand for. */
const SCALES = [5, 10, 20, 50, 100];
const INDENT = 4;
const COLUMNS_PER_TICK = 10;

/** What a row shows from a time on. */
interface Mark {
  readonly since: number;
  readonly sign: string;
  readonly label: string;
}

/** Draws who did what when, a row for each, to scale. */
export class Timeline {
  readonly #print: (text: string) => void;
  readonly #began = currentTime();
  readonly #rows = new Map<string, Mark[]>();

  constructor(print: (text: string) => void) {
    this.#print = print;
  }

  /** From now on, the row shows this sign, and the label once where there is room for it. */
  mark(row: string, sign: string, label = ""): void {
    const mark = { since: currentTime() - this.#began, sign, label };
    const marks = this.#rows.get(row);
    if (marks === undefined) this.#rows.set(row, [mark]);
    else marks.push(mark);
  }

  /** Prints all rows, in the order in which they were first marked. */
  draw(): void {
    const end = currentTime() - this.#began;
    const margin = Math.max(...[...this.#rows.keys()].map((name) => name.length)) + 2;
    const widest = pageWidth() - INDENT - margin;
    const scale = SCALES.find((ms) => end / ms <= widest) ?? end / widest;
    const lines = [...this.#rows].map(([name, marks]) => {
      return name.padEnd(margin) + styleText("cyan", bar(marks, end, scale).slice(0, widest));
    });
    this.#print([" ".repeat(margin) + styleText("dim", axis(end, scale, widest)), ...lines].join("\n"));
  }
}

/** What was there for less than a column has one, unless the next sign is in it. */
function bar(marks: readonly Mark[], end: number, scale: number): string {
  let line = "";
  for (const [i, { since, sign, label }] of marks.entries()) {
    // A blank ends the sign before it, and that is all.
    if (sign === " ") continue;
    const from = Math.round(since / scale);
    const columns = Math.max(1, Math.round((marks[i + 1]?.since ?? end) / scale) - from);
    line = line.slice(0, from).padEnd(from) + label.slice(0, columns).padEnd(columns, sign);
  }
  return line;
}

function axis(end: number, scale: number, widest: number): string {
  let line = "";
  for (let column = 0; column * scale <= end; column += COLUMNS_PER_TICK) {
    const longer = `${line.padEnd(column)}|${Math.round(column * scale)} ms`;
    if (longer.length <= widest) line = longer;
  }
  return line;
}
