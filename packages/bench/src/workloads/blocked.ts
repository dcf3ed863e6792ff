import { type BlockedFamily, familyOf } from "../contestants/contestant.js";
import { GENERALISTS } from "../contestants/index.js";
import { expectEqual } from "../measure/expect-equal.js";
import { heapInUse } from "../measure/memory.js";
import { median } from "../median.js";
import type { Workload } from "./workload.js";

/** Small counts are measured more often: what else happens on the heap weighs more in them. */
const TASKS_IN_ALL = 200_000;

const common = {
  metrics: { memory: "B" },
  size: 100_000,
  smokeSize: 50,
  // A listener per task on one signal takes time by the square.
  smaller: { native: 10_000, effection: 10_000 },
} as const;

export const blocked: Workload = {
  ...common,
  name: "blocked",
  title: "tasks blocked on one event, then woken and joined, per task",
  run: (contestant, size) => bytesPerBlockedTask(familyOf(contestant, "blocked"), size),
};

export const receiveBlocked: Workload = {
  ...common,
  name: "receive-blocked",
  title: "tasks blocked in `receive`, then each sent an item and joined, per task",
  contestants: [...GENERALISTS, "web-streams"],
  run: (contestant, size) => bytesPerBlockedTask(familyOf(contestant, "receivers"), size),
};

export async function bytesPerBlockedTask(family: BlockedFamily, size: number) {
  await warmUp(family);
  const bytes: number[] = [];
  const repetitions = Math.min(5, Math.ceil(TASKS_IN_ALL / size));
  for (let i = 0; i < repetitions; i += 1) bytes.push(await bytesOnce(family, size));
  return { memory: median(bytes) };
}

/** The code that is compiled on the way is not the tasks'. */
async function warmUp(family: BlockedFamily): Promise<void> {
  for (let i = 0; i < 3; i += 1) await (await family.block(500)).release();
}

async function bytesOnce(family: BlockedFamily, size: number): Promise<number> {
  await settle();
  const before = heapInUse();
  const tasks = await family.block(size);
  await settle();
  const after = heapInUse();
  expectEqual("tasks woken", await tasks.release(), size);
  return (after - before) / size;
}

/** Lets pending callbacks run, so that nothing counts that is about to be freed. */
function settle(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 10);
  });
}
