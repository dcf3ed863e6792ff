// `bash .ci/run`: `npm test`, then the wider checks. A failing step does not keep the later ones from running. The last
// line counts test cases, and one for each step that has none. Before it stands by name what failed, and what passed only at
// another try.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { readReports } from "./lib/reports.mjs";
import { CommandError, root, run } from "./lib/run.mjs";

/** @typedef {{ title: string, args: string[], tests: boolean }} Step what to run with npm, and whether it has test cases */

const MINUTE = 60_000;
const reports = join(root, ".reports/ci");

/** @type {Step[]} */
const steps = [
  { title: "test", args: ["test"], tests: true },
  { title: "schedules", args: ["run", "test:schedules"], tests: true },
  // Before the packages' checks, which then use the runtimes that this installs.
  { title: "runtimes", args: ["run", "test:runtimes"], tests: true },
  { title: "packages", args: ["run", "test:packages"], tests: true },
  { title: "docs", args: ["run", "docs:test"], tests: true },
  { title: "size", args: ["run", "size"], tests: false },
  { title: "bench", args: ["run", "bench", "--", "--smoke"], tests: false },
  { title: "release", args: ["run", "release:rehearsal"], tests: true },
  { title: "tour", args: ["start"], tests: false },
];

rmSync(reports, { recursive: true, force: true });
let passed = 0;
let failed = 0;
const summary = [];
/** @type {string[]} */
const troubles = [];
for (const step of steps) {
  const count = await perform(step);
  passed += count.passed;
  failed += count.failed;
  summary.push(`${step.title}: ${count.passed} passed, ${count.failed} failed (${count.seconds} s)`);
}
console.log(`\n${[...troubles, ...summary].join("\n")}`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

/** @param {Step} step */
async function perform({ title, args, tests }) {
  console.log(`\n==== ${title}: npm ${args.join(" ")}`);
  const dir = join(reports, title);
  const begun = performance.now();
  const succeeded = await run("npm", args, {
    env: { ANYIO_REPORTS: dir, ANYIO_ANOTHER_TRY: "1" },
    timeout: 50 * MINUTE,
  }).then(
    () => true,
    (error) => {
      if (!(error instanceof CommandError)) throw error;
      console.log(error.message);
      return false;
    },
  );
  const seconds = Math.round((performance.now() - begun) / 1000);
  if (!tests && !succeeded) troubles.push(`${title}: failed; see above`);
  if (!tests) return { passed: Number(succeeded), failed: Number(!succeeded), seconds };

  const report = readReports(dir);
  for (const { name, message } of report.failed) troubles.push(`${title}: failed: ${name}: ${firstLine(message)}`);
  for (const { name, message } of report.flaky) {
    troubles.push(`${title}: passed only at another try: ${name}: ${firstLine(message)}`);
  }
  // A step that failed outside its test cases, or in which none ran, is a failure of its own.
  const sound = report.passed > 0 && (succeeded || report.failed.length > 0);
  if (!sound) troubles.push(`${title}: failed outside its test cases; see above`);
  return { passed: report.passed, failed: report.failed.length + Number(!sound), seconds };
}

/** @param {string} message */
function firstLine(message) {
  return message.split("\n", 1)[0];
}
