import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./run.mjs";
import { markdownTable } from "./table.mjs";

/**
 * One of the benchmark's reports, `--json`, as far as the table needs it.
 *
 * @typedef {{ conditions: Conditions, results: Result[] }} Results
 * @typedef {{ runtime: string, platform: string, cpu: string, versions: Record<string, string> }} Conditions
 * @typedef {{ workload: string, metric: string, unit: string, cells: Record<string, Cell>, ratios: Record<string, number | null> }} Result
 * @typedef {{ kind: string, median?: number | null }} Cell
 */

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
  { what: "a process, run to its end", workload: "process", byHand: "child-process", others: ["execa"] },
  {
    what: "a MiB of a process's output, as it comes",
    workload: "output-streamed-64",
    byHand: "child-process",
    others: ["child-process-loop", "execa"],
  },
  { what: "a file of some KiB, read as text", workload: "files", byHand: "fs-promises" },
  {
    what: "a line of text out of a file",
    workload: "file-lines",
    byHand: "readline-events",
    others: ["readline", "fs-promises"],
  },
  {
    what: "a function called in a thread",
    workload: "thread-one",
    byHand: "worker-threads",
    others: ["piscina", "tinypool"],
  },
  {
    what: "the first call, which starts the thread",
    workload: "thread-first",
    byHand: "worker-threads",
    others: ["piscina", "tinypool"],
  },
];

const RESULTS = join(root, "packages/bench/results");

/** @returns {Results[]} */
export function readResults() {
  return readdirSync(RESULTS)
    .filter((name) => name.endsWith(".json"))
    .toSorted()
    .map((name) => JSON.parse(readFileSync(join(RESULTS, name), "utf8")));
}

/** @param {Results[]} reports */
export function performanceTable(reports) {
  const first = reports.find(({ conditions }) => conditions.runtime.startsWith(RUNTIME));
  if (!first) throw new Error(`there is no report of ${RUNTIME} in ${RESULTS}; see packages/bench/README.md`);
  const lines = LINES.map((line) => toCells(line, find(reports, line)));
  const heading = ["", "ours", "by hand", "Effect", "Effection", "others"];
  const { runtime, cpu, platform, versions } = first.conditions;
  const shown = new Set(["effect", "effection", ...LINES.flatMap(({ others = [] }) => others)]);
  const libraries = [...shown].filter((name) => versions[name]).map((name) => `${name} ${versions[name]}`);
  return [
    markdownTable([heading, ...lines], ["<", ">", ">", ">", ">", "<"]),
    "",
    `Measured with ${runtime} on ${platform}, ${cpu.replace(" x ", " × ")}; ${libraries.join(", ")}.`,
  ].join("\n");
}

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
  const { effect, effection } = result.ratios;
  return [
    what,
    quantity(ours, result.unit),
    times(ratioTo(byHand, result)),
    typeof effect === "number" ? times(effect) : "",
    typeof effection === "number" ? times(effection) : "",
    others.map((name) => `\`${name}\` ${times(ratioTo(name, result))}`).join(", "),
  ];
}

/** @param {string} peer @param {Result} result */
function ratioTo(peer, { workload, ratios }) {
  const ratio = ratios[peer];
  if (typeof ratio !== "number") throw new Error(`${workload} has no figure of ${peer}`);
  return ratio;
}

/** A peer's figure as a multiple of ours; bold where it is the better one. @param {number} ratio ours divided by theirs */
function times(ratio) {
  const factor = Number((1 / ratio).toPrecision(2));
  return factor < 1 ? `**${factor} ×**` : `${factor} ×`;
}

/** @param {number} value @param {string} unit */
function quantity(value, unit) {
  if (unit !== "ns") return `${Number(value.toPrecision(2))} ${unit}`;
  const [scale, name] = value >= 1e6 ? [1e6, "ms"] : value >= 1e3 ? [1e3, "µs"] : [1, "ns"];
  return `${Number((value / scale).toPrecision(2))} ${name}`;
}
