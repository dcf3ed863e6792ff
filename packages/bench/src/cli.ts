// `pnpm bench`: see README.md, and --help.
import { readFile, writeFile } from "node:fs/promises";
import { BARS } from "./bars.js";
import { type Options, parseOptions, USAGE } from "./options.js";
import { Progress } from "./progress.js";
import { figuresTables, notes } from "./report/figures.js";
import { toJson } from "./report/json.js";
import { describeMachine } from "./report/machine.js";
import { type Outcome, type Row, summarize } from "./report/results.js";
import { judge, verdictsTable } from "./report/verdicts.js";
import { askVersion, runJob } from "./run-job.js";
import { findRuntime, type Runtime } from "./runtimes.js";
import { type Job, schedule } from "./schedule.js";
import { UsageError } from "./usage-error.js";

try {
  const options = parseOptions(process.argv.slice(2));
  if (options === undefined) console.log(USAGE);
  else process.exitCode = await bench(options);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}

/** Measures and reports; returns the exit code. */
async function bench(options: Options): Promise<number> {
  const { workloads, contestants, mode } = options;
  const runtime = findRuntime(options.runtime);
  const machine = describeMachine(await askVersion(runtime), await readDependencies());
  const rows = summarize(workloads, contestants, await runAll(options, runtime), mode);
  const verdicts = options.check ? judge(BARS, rows, machine.runtime) : [];

  console.log(`${machine.runtime}, ${machine.platform}, ${machine.cpu}; ${extent(options)}\n`);
  if (mode === "smoke") console.log(smokeReport(rows));
  else console.log(`${figuresTables(rows)}\n\n${notes(rows, workloads)}`);
  if (options.check) console.log(`\n${verdictsTable(verdicts)}`);
  if (options.json !== undefined)
    await writeFile(options.json, toJson({ ...machine, mode }, rows, contestants, verdicts));

  const failed = mode === "smoke" ? failures(rows).length > 0 : verdicts.some(({ result }) => result === "MISSED");
  return failed ? 1 : 0;
}

async function readDependencies(): Promise<Record<string, string>> {
  const manifest = await readFile(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(manifest) as { devDependencies: Record<string, string> }).devDependencies;
}

async function runAll(options: Options, runtime: Runtime): Promise<readonly Outcome[]> {
  const jobs = schedule(options.workloads, options.contestants, options.rounds);
  const progress = new Progress(jobs.length);
  const outcomes: Outcome[] = [];
  for (const job of jobs) {
    progress.begin(job);
    if (outcomes.some((earlier) => hasFailed(earlier, job))) continue;
    outcomes.push({ job, sample: await runJob(job, runtime, options.mode) });
  }
  progress.end();
  return outcomes;
}

/** Failing once is failing: there are no further rounds. */
function hasFailed({ job, sample }: Outcome, { workload, contestant }: Job): boolean {
  return job.workload === workload && job.contestant === contestant && "failure" in sample;
}

function extent({ mode, rounds }: Options): string {
  return mode === "smoke" ? "everything once and small, nothing timed" : `${mode}, medians over ${rounds} rounds`;
}

function smokeReport(rows: readonly Row[]): string {
  const failed = failures(rows);
  return failed.length === 0 ? `${rows.length} rows, and every contestant does the work` : failed.join("\n");
}

function failures(rows: readonly Row[]): readonly string[] {
  return rows.flatMap(({ workload, cells }) =>
    [...cells].flatMap(([name, cell]) => (cell.kind === "fails" ? [`${workload}: ${name} fails: ${cell.reason}`] : [])),
  );
}
