import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./run.mjs";
import { readManifest } from "./workspace.mjs";

/**
 * One of the benchmark's reports, `--json`, as far as the table needs it.
 *
 * @typedef {{ conditions: Conditions, results: Result[] }} Results
 * @typedef {{ runtime: string, platform: string, cpu: string, versions: Record<string, string> }} Conditions
 * @typedef {{ workload: string, metric: string, unit: string, cells: Record<string, Cell>, ratios: Record<string, number | null> }} Result
 * @typedef {{ kind: string, median?: number | null }} Cell
 */

/** What a runtime's tests came to. @typedef {{ id: string, version: string, passed: number, failed: number, skipped: number }} Counts */

/** @typedef {{ what: string, workload: string, metric?: string, on?: string, byHand: string, others?: string[] }} Line */

/** What the table is about, but for a line that says otherwise. */
const RUNTIME = "node 24.";

/** Few, and not only those that flatter. @type {Line[]} */
const LINES = [
  { what: "a task that awaits once, started and joined", workload: "spawn", byHand: "native" },
  { what: "the same on Node.js 20", workload: "spawn", on: "node 20.", byHand: "native" },
  { what: "a timeout around one `await`", workload: "timeout-await", byHand: "native" },
  { what: "a sleeping task, cancelled and joined", workload: "cancel-sleepers", byHand: "native" },
  { what: "memory of a blocked task", workload: "blocked", metric: "memory", byHand: "native" },
  {
    what: "an item through a buffer of 100",
    workload: "capacity-100",
    byHand: "native",
    others: ["node-streams", "web-streams"],
  },
  { what: "an item handed over without a buffer", workload: "rendezvous", byHand: "native", others: ["web-streams"] },
  { what: "a free lock, taken and given back", workload: "lock", byHand: "native", others: ["async-mutex", "p-limit"] },
  { what: "a line of text out of bytes", workload: "lines", byHand: "readline-events", others: ["readline"] },
  { what: "64 bytes there and back by TCP", workload: "requests", byHand: "node-net", others: ["node-net-loop"] },
  { what: "a MiB sent by TLS", workload: "upload-tls", byHand: "node-net" },
];

const RESULTS = join(root, "packages/bench/results");
const COUNTS = join(root, "packages/runtimes/results.json");

/** The README with its tables written anew, each between the two comments of its name. @param {string} text */
export function withTables(text) {
  return Object.entries({ performance: performanceTable(readResults()), runtimes: runtimesTable(readCounts()) }).reduce(
    (text, [name, table]) => between(text, name, table),
    text,
  );
}

/** @returns {Results[]} */
export function readResults() {
  return readdirSync(RESULTS)
    .filter((name) => name.endsWith(".json"))
    .toSorted()
    .map((name) => JSON.parse(readFileSync(join(RESULTS, name), "utf8")));
}

/** @returns {Counts[]} */
export function readCounts() {
  return existsSync(COUNTS) ? JSON.parse(readFileSync(COUNTS, "utf8")) : [];
}

/** @param {Results[]} reports */
export function performanceTable(reports) {
  const first = reports.find(({ conditions }) => conditions.runtime.startsWith(RUNTIME));
  if (!first) throw new Error(`there is no report of ${RUNTIME} in ${RESULTS}; see packages/bench/README.md`);
  const lines = LINES.map((line) => toCells(line, find(reports, line)));
  const heading = ["", "ours", "by hand", "Effect", "Effection", "others"];
  const { runtime, cpu, platform, versions } = first.conditions;
  const peers = ["effect", "effection", "async-mutex", "p-limit"];
  const names = peers.map((name) => `${name} ${versions[name]}`).join(", ");
  return [
    markdownTable([heading, ...lines], ["<", ">", ">", ">", ">", "<"]),
    "",
    `Measured with ${runtime} on ${platform}, ${cpu.replace(" x ", " × ")}; ${names}.`,
  ].join("\n");
}

/** Which runtimes the tests run on, and what they came to where that was counted. @param {Counts[]} counts */
export function runtimesTable(counts) {
  if (counts.length === 0) {
    return markdownTable([["runtime", "version"], ...tested().map(({ name, version }) => [name, version])], ["<", "<"]);
  }
  const lines = counts.map(({ id, version, passed, skipped }) => [
    nameOf(id),
    version,
    String(passed),
    String(skipped),
  ]);
  return markdownTable([["runtime", "version", "tests passed", "skipped"], ...lines], ["<", "<", ">", ">"]);
}

/** The runtimes of `npm run test:runtimes`: the least that every manifest asks for, and those of packages/runtimes. */
function tested() {
  const { optionalDependencies = {} } = readManifest(join(root, "packages/runtimes"));
  const least = readManifest(root).engines?.["node"]?.replace(">=", "") ?? "";
  const others = Object.entries(optionalDependencies).flatMap(([name, version]) => {
    const id = /^@?(?:oven\/)?(?<id>node|bun|deno)/.exec(name)?.groups?.["id"];
    return id ? [{ name: nameOf(id), version: version.replace(/^.*@/, "") }] : [];
  });
  return [{ name: nameOf("node"), version: `${least} and newer` }, ...others.toSorted((a, b) => rank(a) - rank(b))];
}

/** @param {{ name: string }} runtime */
function rank({ name }) {
  return Object.values(NAMES).indexOf(name);
}

/** @param {string} id */
function nameOf(id) {
  return NAMES[id.replace(/\d+$/, "")] ?? id;
}

/** @type {Record<string, string>} */
const NAMES = { node: "Node.js", bun: "Bun", deno: "Deno" };

/** @param {Results[]} reports @param {Line} line */
function find(reports, { workload, metric = "time", on = RUNTIME }) {
  const result = reports
    .filter(({ conditions }) => conditions.runtime.startsWith(on))
    .flatMap(({ results }) => results)
    .find((row) => row.workload === workload && row.metric === metric);
  if (!result) throw new Error(`no report in ${RESULTS} has ${workload} ${metric} on ${on}`);
  return result;
}

/** @param {Line} line @param {Result} result */
function toCells({ what, byHand, others = [] }, result) {
  const ours = result.cells["anyio"]?.median;
  if (typeof ours !== "number") throw new Error(`${result.workload} has no figure of ours`);
  const peer = (/** @type {string} */ name) => times(result.ratios[name]);
  return [
    what,
    quantity(ours, result.unit),
    peer(byHand),
    peer("effect"),
    peer("effection"),
    others.map((name) => `\`${name}\` ${peer(name)}`).join(", "),
  ];
}

/** A peer's figure as a multiple of ours; bold where it is the better one. @param {number | null | undefined} ratio ours divided by theirs */
function times(ratio) {
  if (typeof ratio !== "number") return "";
  const factor = Number((1 / ratio).toPrecision(2));
  return factor < 1 ? `**${factor} ×**` : `${factor} ×`;
}

/** @param {number} value @param {string} unit */
function quantity(value, unit) {
  if (unit !== "ns") return `${Number(value.toPrecision(2))} ${unit}`;
  const [scale, name] = value >= 1e6 ? [1e6, "ms"] : value >= 1e3 ? [1e3, "µs"] : [1, "ns"];
  return `${Number((value / scale).toPrecision(2))} ${name}`;
}

/** As the formatter would have it. @param {string[][]} rows the first is the heading @param {string[]} sides where a column's cells stand */
function markdownTable(rows, sides) {
  const widths = sides.map((_, column) => Math.max(3, ...rows.map((row) => row[column]?.length ?? 0)));
  const pad = (/** @type {string} */ cell, /** @type {number} */ column) =>
    sides[column] === ">" ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0);
  const rule = widths.map((width, column) => (sides[column] === ">" ? `${"-".repeat(width - 1)}:` : "-".repeat(width)));
  const [heading = [], ...body] = rows;
  return [heading.map(pad), rule, ...body.map((row) => row.map(pad))].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

/** @param {string} text @param {string} name @param {string} content */
function between(text, name, content) {
  const [begin, end] = [`<!-- ${name}: written by \`npm run readme\` -->`, `<!-- end of ${name} -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from === -1 || to === -1) throw new Error(`README.md lacks ${begin} or ${end}`);
  return `${text.slice(0, from + begin.length)}\n\n${content}\n\n${text.slice(to)}`;
}
