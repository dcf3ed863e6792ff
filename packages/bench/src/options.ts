import { parseArgs } from "node:util";
import { type ContestantName, CONTESTANTS } from "./contestants/index.js";
import type { Mode } from "./measure/effort.js";
import { UsageError } from "./usage-error.js";
import { WORKLOADS } from "./workloads/index.js";
import type { Workload } from "./workloads/workload.js";

export interface Options {
  readonly workloads: readonly Workload[];
  readonly contestants: readonly ContestantName[];
  readonly rounds: number;
  readonly runtime: string | undefined;
  readonly json: string | undefined;
  readonly mode: Mode;
  readonly check: boolean;
}

export const USAGE = `pnpm bench [options]

  --workload <name>     the one of that name, or all whose name begins so; several with commas, or repeated
  --contestant <name>   ${CONTESTANTS.join(", ")}; likewise
  --rounds <n>          processes for each contestant and workload (default 5)
  --runtime <name>      node20, node22, node24, node26, bun, deno, or a path; by default the node that runs this
  --json <file>         writes every sample to a file
  --check               applies the bars; the exit code is 1 when one is missed
  --cold                no warm-up: the first five times that the work is done, as a short program meets it
  --smoke               does everything once and small, and times nothing
  --help                this

workloads: ${WORKLOADS.map(({ name }) => name).join(", ")}
`;

/**
 * Reads the command line; undefined when it asks for help.
 *
 * @throws {UsageError} when it doesn't add up
 */
export function parseOptions(args: readonly string[]): Options | undefined {
  const values = parse(args);
  if (values.help) return undefined;
  if (values.smoke && values.check) throw new UsageError("--smoke times nothing, so there is nothing to --check");
  if (values.smoke && values.cold) throw new UsageError("--smoke times nothing, so there is nothing to be --cold");
  if (values.smoke && values.rounds !== undefined) throw new UsageError("--smoke is one round");
  return {
    workloads: pickWorkloads(values.workload),
    contestants: pickContestants(values.contestant),
    rounds: values.smoke ? 1 : parseRounds(values.rounds ?? "5"),
    runtime: values.runtime,
    json: values.json,
    mode: values.smoke ? "smoke" : values.cold ? "cold" : "warm",
    check: values.check,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      // `pnpm bench -- --smoke` hands the dashes on.
      args: args.filter((arg) => arg !== "--"),
      options: {
        workload: { type: "string", multiple: true, default: [] },
        contestant: { type: "string", multiple: true, default: [] },
        rounds: { type: "string" },
        runtime: { type: "string" },
        json: { type: "string" },
        check: { type: "boolean", default: false },
        cold: { type: "boolean", default: false },
        smoke: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function parseRounds(text: string): number {
  const rounds = Number(text);
  if (!Number.isSafeInteger(rounds) || rounds < 1)
    throw new UsageError(`--rounds is a positive integer, not "${text}"`);
  return rounds;
}

function pickWorkloads(lists: readonly string[]): readonly Workload[] {
  const wanted = names(lists).map(workloadsOf);
  return wanted.length === 0 ? WORKLOADS : WORKLOADS.filter((workload) => wanted.flat().includes(workload));
}

/** The one of that name, or all whose name begins so. */
function workloadsOf(wanted: string): readonly Workload[] {
  const exact = WORKLOADS.filter(({ name }) => name === wanted);
  const found = exact.length > 0 ? exact : WORKLOADS.filter(({ name }) => wanted !== "" && name.startsWith(wanted));
  if (found.length === 0) throw new UsageError(`no workload "${wanted}"; see --help`);
  return found;
}

function pickContestants(lists: readonly string[]): readonly ContestantName[] {
  const wanted = names(lists);
  const unknown = wanted.find((name) => !CONTESTANTS.some((known) => known === name));
  if (unknown !== undefined) throw new UsageError(`no contestant "${unknown}"; see --help`);
  return wanted.length === 0 ? CONTESTANTS : CONTESTANTS.filter((name) => wanted.includes(name));
}

function names(lists: readonly string[]): readonly string[] {
  return lists.flatMap((list) => list.split(","));
}
