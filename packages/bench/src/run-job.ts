import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Mode } from "./measure/effort.js";
import type { Runtime } from "./runtimes.js";
import type { Sample } from "./sample.js";
import type { Job } from "./schedule.js";

const CHILD = fileURLToPath(new URL("child.js", import.meta.url));

/** A process that has not ended by then is ended. Long enough for a million tasks, or for something quadratic. */
const LIMIT = 180_000;

const execute = promisify(execFile);

/** Does one job in a fresh process, and waits for that to end. */
export async function runJob({ workload, contestant }: Job, runtime: Runtime, mode: Mode): Promise<Sample> {
  const program = [CHILD, workload.name, contestant, mode];
  try {
    const { stdout } = await execute(runtime.bin, [...runtime.args, ...program], {
      env: environment(),
      timeout: LIMIT,
    });
    return parseSample(stdout);
  } catch (error) {
    return { failure: reasonOf(error) };
  }
}

function parseSample(stdout: string): Sample {
  const line = stdout.trimEnd().split("\n").at(-1);
  // An event loop with nothing left to do ends the process, whatever has not settled yet.
  return line ? (JSON.parse(line) as Sample) : { failure: "ended without a result" };
}

/** Debug modes and options of the caller's would be measured along. */
function environment(): NodeJS.ProcessEnv {
  const { ANYIO_DEBUG: _debug, NODE_OPTIONS: _options, ...rest } = process.env;
  return rest;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { killed, stderr } = error as Error & { killed?: boolean; stderr?: string };
  if (killed) return `had not ended after ${LIMIT / 1_000} s`;
  return stderr?.split("\n").find((line) => /error/i.test(line)) ?? error.message;
}

/** The runtime's own name and version, as in "node 24.9.0". */
export async function askVersion(runtime: Runtime): Promise<string> {
  const { stdout } = await execute(runtime.bin, ["--version"]);
  const [version = "unknown"] = /\d+\.\d+\.\d+/.exec(stdout) ?? [];
  const engine = runtime.args.includes("run") ? "deno" : stdout.startsWith("v") ? "node" : "bun";
  return `${engine} ${version}`;
}
