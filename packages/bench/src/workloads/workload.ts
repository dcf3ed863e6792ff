import type { Contestant } from "../contestants/contestant.js";
import { type ContestantName, GENERALISTS } from "../contestants/index.js";
import type { Effort } from "../measure/effort.js";

export type Unit = "ns" | "B" | "KiB" | "MiB" | "ms";

export interface Workload {
  readonly name: string;
  /** What the table says, after the name. */
  readonly title: string;
  /** What is measured, by name. The least is the best of all of them. */
  readonly metrics: Readonly<Record<string, Unit>>;
  readonly size: number;
  readonly smokeSize: number;
  /** Who takes part; the generalists unless given. */
  readonly contestants?: readonly ContestantName[];
  /** Contestants whose figure per operation can be had from less work; the table says so. */
  readonly smaller?: Partial<Record<ContestantName, number>>;
  /** Contestants that take part and are left out all the same, and why. */
  readonly leftOut?: Partial<Record<ContestantName, string>>;
  /** Does the work in this process, asserts that it was done, and returns the metrics. */
  run(contestant: Contestant, size: number, effort: Effort): Promise<Values>;
}

/** By metric; null is "never". */
export type Values = Record<string, number | null>;

export function takesPart({ contestants = GENERALISTS }: Workload, name: ContestantName): boolean {
  return contestants.includes(name);
}
