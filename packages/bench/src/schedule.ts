import type { ContestantName } from "./contestants/index.js";
import type { Mode } from "./measure/effort.js";
import { takesPart, type Workload } from "./workloads/workload.js";

/** One fresh process. */
export interface Job {
  readonly workload: Workload;
  readonly contestant: ContestantName;
  readonly round: number;
}

/**
 * Every workload in rounds, the contestants one after the other in each (A B C A B C): what else the machine does in the
 * meantime falls on all of them, and ratios within a round stay true.
 */
export function schedule(
  workloads: readonly Workload[],
  contestants: readonly ContestantName[],
  rounds: number,
): readonly Job[] {
  const jobs: Job[] = [];
  for (const workload of workloads) {
    for (let round = 1; round <= rounds; round += 1) {
      for (const contestant of contestants) {
        const leftOut = !takesPart(workload, contestant) || workload.leftOut?.[contestant] !== undefined;
        if (!leftOut) jobs.push({ workload, contestant, round });
      }
    }
  }
  return jobs;
}

/** How much a contestant is given to do. */
export function sizeFor(workload: Workload, contestant: ContestantName, mode: Mode): number {
  return mode === "smoke" ? workload.smokeSize : (workload.smaller?.[contestant] ?? workload.size);
}
