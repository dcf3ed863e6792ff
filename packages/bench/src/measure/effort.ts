/** How much of a process's time goes into a figure. */
export interface Effort {
  /** How long the work is repeated before it counts, in milliseconds. */
  readonly warmUpMs: number;
  /** How many samples the median is taken of. */
  readonly samples: number;
  /** The least a sample takes: the work is repeated until then, so that collecting its garbage is part of each. */
  readonly sampleMs: number;
  /** How long the busy tasks of the fairness workload go on. */
  readonly busyMs: number;
}

export const MODES = ["warm", "cold", "smoke"] as const;
export type Mode = (typeof MODES)[number];

const EFFORTS: Record<Mode, Effort> = {
  /** As a server meets it that has been running for a while. */
  warm: { warmUpMs: 400, samples: 5, sampleMs: 150, busyMs: 1_000 },
  /** As a short program meets it: the first five times that the work is done. */
  cold: { warmUpMs: 0, samples: 5, sampleMs: 0, busyMs: 1_000 },
  /** Everything once: enough to see that the work is done, and nothing to time by. */
  smoke: { warmUpMs: 0, samples: 1, sampleMs: 0, busyMs: 50 },
};

export function effortFor(mode: Mode): Effort {
  return EFFORTS[mode];
}
