import { familyOf } from "../contestants/contestant.js";
import { bytesPerBlockedTask } from "./blocked.js";
import { spawnAndJoin } from "./spawn.js";
import type { Workload } from "./workload.js";

const SIZES = [1_000, 10_000, 100_000, 1_000_000] as const;

const TOO_SLOW = "too slow at this size";

/** Time per task, spawned and joined, as the number of tasks grows. */
export const growthTime: readonly Workload[] = SIZES.map((size) => ({
  name: `growth-time-${size}`,
  title: `spawn and join ${size.toLocaleString("en")} tasks, per task`,
  metrics: { time: "ns" },
  size,
  smokeSize: Math.min(size / 100, 200),
  leftOut: size > 10_000 ? { effection: TOO_SLOW } : {},
  run: spawnAndJoin,
}));

/** Memory per task, blocked on one event, as the number of tasks grows. */
export const growthMemory: readonly Workload[] = SIZES.map((size) => ({
  name: `growth-memory-${size}`,
  title: `${size.toLocaleString("en")} tasks blocked on one event, per task`,
  metrics: { memory: "B" },
  size,
  smokeSize: Math.min(size / 100, 200),
  leftOut: size > 10_000 ? { effection: TOO_SLOW, native: TOO_SLOW } : {},
  run: (contestant, count) => bytesPerBlockedTask(familyOf(contestant, "blocked"), count),
}));
