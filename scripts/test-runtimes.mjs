// `npm run test:runtimes [-- --only bun,node24] [--package core]`: the packages' tests, against what is built, on every
// runtime, one after the other. `--json packages/runtimes/results.json` keeps the counts, for the README.
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { readReports } from "./lib/reports.mjs";
import { CommandError, main, root, run } from "./lib/run.mjs";
import { installRuntimes, runtimes } from "./lib/runtimes.mjs";
import { setUp } from "./lib/set-up.mjs";
import { table } from "./lib/table.mjs";
import { neededByTestsOf, publishedPackages } from "./lib/workspace.mjs";

/** @typedef {{ id: string, version: string, report: import("./lib/reports.mjs").Report, problems: string[] }} Row */

const reports = join(process.env["ANYIO_REPORTS"] ?? join(root, ".reports"), "runtimes");

const { values } = parseArgs({
  options: {
    only: { type: "string", multiple: true },
    package: { type: "string", multiple: true },
    json: { type: "string" },
  },
});
const wanted = pick("runtime", values.only, runtimes, ({ id }) => id);
const tested = pick("package", values.package, publishedPackages().filter(hasTests), ({ folder }) => folder);

await main(async () => {
  await setUp({ build: tested.flatMap(neededByTestsOf) });
  await installRuntimes(wanted);
  rmSync(reports, { recursive: true, force: true });
  /** @type {Row[]} */
  const rows = [];
  for (const runtime of wanted) rows.push(await testOn(runtime));
  summarize(rows);
  if (values.json) keepCounts(values.json, rows.map(toCounts));
});

/** @param {import("./lib/runtimes.mjs").Runtime} runtime @returns {Promise<Row>} */
async function testOn({ id, is, bin, args }) {
  const version = (await run(bin, ["--version"], { quiet: true })).match(/\d+\.\d+\.\d+/)?.[0] ?? "unknown";
  console.log(`\n== ${id} ${version}`);
  const projects = ["runtime", ...tested.map(({ folder }) => folder)].map((name) => `--project=${name}`);
  const vitest = [join(root, "node_modules/vitest/vitest.mjs"), "run", "--pool=forks", ...projects];
  const env = { ANYIO_TEST_BUILT: "1", ANYIO_EXPECT_RUNTIME: is, ANYIO_REPORTS: join(reports, id) };
  /** @type {string[]} */
  const problems = [];
  await run(bin, [...args, ...vitest], { env }).catch((error) => {
    if (!(error instanceof CommandError)) throw error;
    problems.push(error.message);
  });

  const report = readReports(join(reports, id));
  if (!report.order[0]?.startsWith("runtime: ")) problems.push("the first test did not prove the runtime");
  if (report.order.every((name) => name.startsWith("runtime: "))) problems.push("no test of a package ran");
  for (const { name, reason } of report.skipped) {
    if (!reason) problems.push(`${name} is skipped without a reason; say it with skipOn() of test/support/runtimes.ts`);
  }
  return { id, version, report, problems };
}

/** @param {Row[]} rows */
function summarize(rows) {
  const lines = rows.map(({ id, version, report }) => [
    id,
    version,
    report.passed,
    report.failed.length,
    report.skipped.length,
  ]);
  console.log(`\n${table([["runtime", "version", "passed", "failed", "skipped"], ...lines])}`);
  for (const { id, report, problems } of rows) {
    for (const { name, message } of report.failed) console.log(`\n${id} failed: ${name}\n  ${message.split("\n")[0]}`);
    for (const { name, reason } of report.skipped)
      console.log(`${id} skipped: ${name} (${reason ?? "no reason given"})`);
    for (const problem of problems) console.log(`${id}: ${problem}`);
  }
  if (rows.some(({ report, problems }) => report.failed.length > 0 || problems.length > 0)) process.exitCode = 1;
}

/** Replaces the counts of the runtimes that were run. @param {string} file @param {import("./lib/runtimes-table.mjs").Counts[]} counts */
function keepCounts(file, counts) {
  /** @type {typeof counts} */
  const before = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : [];
  const all = new Map([...before, ...counts].map((row) => [row.id, row]));
  const inOrder = runtimes.flatMap(({ id }) => all.get(id) ?? []);
  writeFileSync(file, `${JSON.stringify(inOrder, null, 2)}\n`);
}

/** @param {Row} row @returns {import("./lib/runtimes-table.mjs").Counts} */
function toCounts({ id, version, report: { passed, failed, skipped } }) {
  return { id, version, passed, failed: failed.length, skipped: skipped.length };
}

/**
 * @template T
 * @param {string} what
 * @param {string[] | undefined} names each a name, or several with commas
 * @param {T[]} all
 * @param {(item: T) => string} nameOf
 */
function pick(what, names, all, nameOf) {
  if (!names) return all;
  return names
    .flatMap((list) => list.split(","))
    .map((name) => {
      const found = all.find((item) => nameOf(item) === name);
      if (found) return found;
      console.error(`no ${what} "${name}"; there are ${all.map(nameOf).join(", ")}`);
      process.exit(2);
    });
}

/** @param {{ dir: string }} candidate */
function hasTests({ dir }) {
  return existsSync(join(dir, "test"));
}
