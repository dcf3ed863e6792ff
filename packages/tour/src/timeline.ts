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
      const spans = marks.map(({ since, sign, label }, i) => {
        const columns = Math.round((marks[i + 1]?.since ?? end) / scale) - Math.round(since / scale);
        return label.slice(0, columns).padEnd(columns, sign);
      });
      const before = " ".repeat(Math.round((marks[0]?.since ?? 0) / scale));
      return name.padEnd(margin) + before + styleText("cyan", spans.join("").trimEnd());
    });
    this.#print([" ".repeat(margin) + styleText("dim", axis(end, scale, widest)), ...lines].join("\n"));
  }
}

function axis(end: number, scale: number, widest: number): string {
  let line = "";
  for (let column = 0; column * scale <= end; column += COLUMNS_PER_TICK) {
    const longer = `${line.padEnd(column)}|${Math.round(column * scale)} ms`;
    if (longer.length <= widest) line = longer;
  }
  return line;
}
