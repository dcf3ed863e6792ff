// The program of a fresh process: one contestant does one workload once, and the last line says what was measured.
import { type ContestantName, CONTESTANTS, loadContestant } from "./contestants/index.js";
import { effortFor, type Mode, MODES } from "./measure/effort.js";
import type { Sample } from "./sample.js";
import { sizeFor } from "./schedule.js";
import { WORKLOADS } from "./workloads/index.js";
import type { Workload } from "./workloads/workload.js";

const workload = WORKLOADS.find(({ name }) => name === process.argv[2]);
const contestant = CONTESTANTS.find((name) => name === process.argv[3]);
const mode = MODES.find((name) => name === process.argv[4]);
if (!workload || !contestant || !mode) throw new Error("usage: child <workload> <contestant> <mode>");

const sample = await measure(workload, contestant, mode);
console.log(JSON.stringify(sample));
// Whoever fails may have left a sleeper behind.
if ("failure" in sample) process.exit();
// Whoever succeeds may not: this timer fires only where something else keeps the process alive.
setTimeout(() => {
  console.log(JSON.stringify({ failure: "left something running" } satisfies Sample));
  process.exit();
}, 2_000).unref();

async function measure(work: Workload, name: ContestantName, kind: Mode): Promise<Sample> {
  try {
    const loaded = await loadContestant(name);
    return { values: await work.run(loaded, sizeFor(work, name, kind), effortFor(kind)) };
  } catch (error) {
    return { failure: String(error) };
  }
}
