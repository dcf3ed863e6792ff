import { styleText } from "node:util";
import type { Findings } from "./findings.js";
import { hang, pageWidth, wrap } from "../layout.js";
import { strong } from "../paint.js";
import { count, duration, plural, printable } from "./format.js";
import type { IndexJob } from "./job.js";
import type { QueryPorts } from "./serve-index.js";
import type { Outcome } from "./write-index.js";

const MOST_PROBLEMS = 10;
const TOP_WORDS = 8;
const LONGEST_BAR = 30;
const INDENT = " ".repeat(12);

/** What was found, for people. */
export function summarize({ job, ending, seconds, findings }: Outcome): string {
  const { totals, problems } = findings;
  const text = totals.files - totals.binary;
  const root = job.root.toString();
  const isComplete = ending === "complete";
  const heading = isComplete ? `Indexed ${root}` : `Indexed a part of ${root}: ${ending}`;
  return [
    "",
    strong(isComplete ? "green" : "yellow", printable(heading)),
    "",
    row(
      "files",
      `${count(totals.files)} in ${duration(seconds * 1000)}: ${count(text)} text, ${count(totals.binary)} binary`,
    ),
    ...(totals.cut > 0 ? [row("cut", `${count(totals.cut)}, of which only the first 64 MiB count`)] : []),
    row("lines", count(totals.lines)),
    row("words", count(totals.words)),
    row("skipped", skippedText(findings, job)),
    row("problems", count(problems.length)),
    ...problemLines(findings),
    ...wordLines(findings),
    "\n",
  ].join("\n");
}

/** How to ask. */
export function servesLine({ tcp, tls }: QueryPorts): string {
  const how = `Answering on port ${tcp}, and over TLS on port ${tls}: a word is a line, and its answer too. To ask:`;
  const commands = [`nc localhost ${tcp}`, `openssl s_client -quiet -connect localhost:${tls}`];
  return [...wrap(how, ""), ...commands.map((command) => `    ${command}`), ""].join("\n");
}

/** The last line: what is in the file that was written. */
export function wroteLine({ job: { out }, ending, findings }: Outcome): string {
  const path = printable(String(out.isRelativeTo(process.cwd()) ? out.relativeTo(process.cwd()) : out));
  const what = plural(findings.files.length, "text file");
  return ending === "complete"
    ? `Wrote ${path}: ${what}.\n`
    : styleText("yellow", `Wrote ${path}, which is incomplete (${ending}): ${what}.\n`);
}

function row(name: string, value: string): string {
  return hang(value, styleText("dim", `  ${name}`.padEnd(INDENT.length)), INDENT);
}

function skippedText({ skipped }: Findings, { leftOut }: IndexJob): string {
  if (skipped.size === 0) return "0";
  return [...skipped]
    .map(([what, n]) =>
      what === "directory left out"
        ? `${plural(n, "directory", "directories")} (${leftOut.join(", ")}; --all reads them)`
        : plural(n, what),
    )
    .join(", ");
}

function problemLines({ problems }: Findings): string[] {
  const lines = problems
    .slice(0, MOST_PROBLEMS)
    .map(({ path, reason }) => `    ${styleText("red", printable(path))}: ${reason}`);
  const more = problems.length - lines.length;
  return more > 0 ? [...lines, `    and ${count(more)} more; the index has them all`] : lines;
}

function wordLines({ words }: Findings): string[] {
  const top = words.top(TOP_WORDS);
  const most = top[0]?.count ?? 0;
  if (most === 0) return [];
  const width = Math.max(...top.map(({ word }) => word.length));
  const longest = Math.min(LONGEST_BAR, pageWidth() - width - count(most).length - 7);
  const lines = top.map(({ word, count: n }) => {
    const bar = "▇".repeat(Math.max(1, Math.round((n / most) * longest)));
    return `    ${word.padEnd(width)}  ${styleText("cyan", bar)} ${count(n)}`;
  });
  return ["", ...wrap("The most frequent words of four letters or more:", "  "), "", ...lines];
}
