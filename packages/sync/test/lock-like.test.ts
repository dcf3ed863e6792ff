import { run } from "@anyio/core";
import { CapacityLimiter, Condition, Lock, Semaphore } from "@anyio/sync";
import { beforeEach, describe, it } from "vitest";
import { skipExplored } from "#support/explored";
import { outside } from "#support/outside";
import { SeededScheduler } from "#support/seeded-scheduler";
import { lockLikeContract, type LockLike } from "@anyio/testing";
import { mayLeak } from "#support/may-leak";

const makers: [string, () => LockLike][] = [
  ["Lock", () => new Lock()],
  ["Condition", () => new Condition()],
  ["Semaphore of one", () => new Semaphore(1, { maxValue: 1 })],
  ["CapacityLimiter of one", () => new CapacityLimiter(1)],
];

describe.each(makers)("%s, as what lets one in at a time", (_name, make) => {
  for (const { name, run, leavesBehind } of lockLikeContract(make)) {
    it(name, leavesBehind ? mayLeak : {}, () => {
      if (name.includes("10,000")) skipExplored("so many under so many schedules take minutes");
      return run();
    });
  }
});

describe.each(makers)("%s, as what lets one in at a time, outside of every run", (_name, make) => {
  beforeEach(() => skipExplored("no scheduler reaches there"));
  for (const { name, run } of lockLikeContract(make)) it(name, () => outside(run));
});

describe.each(makers)("%s, as what lets one in at a time, inside run() and under a random schedule", (_name, make) => {
  beforeEach(() => skipExplored("it has a scheduler of its own"));
  for (const { name, run: prove, leavesBehind } of lockLikeContract(make)) {
    it(name, leavesBehind ? mayLeak : {}, () =>
      run(prove, { signals: [], backend: { scheduler: new SeededScheduler(7) } }),
    );
  }
});
