import { type Contention, familyOf, type LocksFamily } from "../contestants/contestant.js";
import { type ContestantName, GENERALISTS } from "../contestants/index.js";
import { expectEqual } from "../measure/expect-equal.js";
import { timePerOperation } from "../measure/time.js";
import type { Workload } from "./workload.js";

/** How often each of the tasks takes what all of them want. */
const TIMES = 20;
const PERMITS = 10;

const contestants: readonly ContestantName[] = [...GENERALISTS, "async-mutex", "p-limit", "p-queue"];

export const locks: readonly Workload[] = [
  {
    name: "lock",
    title: "a free lock taken and given back, per time",
    metrics: { time: "ns" },
    size: 100_000,
    smokeSize: 100,
    contestants,
    async run(contestant, size, effort) {
      const family = familyOf(contestant, "locks");
      await expectHolders(1, 10, (contention) => family.lock(contention));
      return { time: await timePerOperation(size, () => family.uncontended(size), effort) };
    },
  },
  contended("contended-lock", "tasks that want one lock", 1, (family, contention) => family.lock(contention)),
  contended("contended-semaphore", `tasks that want a semaphore of ${PERMITS}`, PERMITS, (family, contention) =>
    family.semaphore(PERMITS, contention),
  ),
];

function contended(
  name: string,
  title: string,
  permits: number,
  contend: (family: LocksFamily, contention: Contention) => Promise<void>,
): Workload {
  return {
    name,
    title: `${title}, ${TIMES} times each, per time`,
    metrics: { time: "ns" },
    size: 1_000,
    smokeSize: 20,
    contestants,
    async run(contestant, tasks, effort) {
      const family = familyOf(contestant, "locks");
      const once = () => expectHolders(permits, tasks, (contention) => contend(family, contention));
      return { time: await timePerOperation(tasks * TIMES, once, effort) };
    },
  };
}

/**
 * Returns how often it was held, having seen that as many held it at once as may, and that the tasks took turns: by the
 * time that one of them has it again, all the others have had it.
 */
async function expectHolders(
  permits: number,
  tasks: number,
  contend: (contention: Contention) => Promise<void>,
): Promise<number> {
  const times = Array.from({ length: tasks }, () => 0);
  let held = 0;
  let outOfTurn = 0;
  let inside = 0;
  let most = 0;
  const enter = (task: number) => {
    const before = times[task] ?? 0;
    times[task] = before + 1;
    if (before !== Math.floor(held / tasks)) outOfTurn += 1;
    held += 1;
    inside += 1;
    if (inside > most) most = inside;
  };
  const leave = () => {
    inside -= 1;
  };
  await contend({ tasks, times: TIMES, holding: { enter, leave } });
  expectEqual("tasks inside in the end", inside, 0);
  expectEqual("tasks inside at once", most, permits);
  expectEqual("times that a task was out of turn", outOfTurn, 0);
  return held;
}
