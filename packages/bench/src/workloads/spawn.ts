import { expectEqual } from "../measure/expect-equal.js";
import { timePerOperation } from "../measure/time.js";
import { familyOf, type SpawnFamily } from "../contestants/contestant.js";
import type { Workload } from "./workload.js";

export const spawn: Workload = {
  name: "spawn",
  title: "spawn and join tasks that await once, per task",
  metrics: { time: "ns" },
  size: 20_000,
  smokeSize: 50,
  smaller: { effection: 2_000 },
  run: spawnAndJoin,
};

export async function spawnAndJoin(...[contestant, size, effort]: Parameters<Workload["run"]>) {
  const family = familyOf(contestant, "spawn");
  await proveGroup(family);
  return { time: await timePerOperation(size, () => family.join(size), effort) };
}

/** What is timed has to be a group: the first error cancels the rest, all are joined, and the error comes out. */
async function proveGroup(family: SpawnFamily): Promise<void> {
  const error = new Error("the first error");
  let ended = 0;
  const caught = await thrownBy(family.failFirst(10, error, () => (ended += 1)));
  expectEqual("the error of the group", caught, error);
  expectEqual("tasks that the error cancelled", ended, 9);
}

async function thrownBy(promise: Promise<void>): Promise<unknown> {
  try {
    await promise;
    return undefined;
  } catch (error) {
    return error;
  }
}
