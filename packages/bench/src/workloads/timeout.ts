import { familyOf, type TimeoutFamily } from "../contestants/contestant.js";
import { expectEqual } from "../measure/expect-equal.js";
import { timePerOperation } from "../measure/time.js";
import type { Workload } from "./workload.js";

const common = { metrics: { time: "ns" }, size: 20_000, smokeSize: 50, smaller: { effection: 2_000 } } as const;

export const timeoutReturn: Workload = {
  ...common,
  name: "timeout-return",
  title: "timeout around a function that returns at once, per scope",
  async run(contestant, size, effort) {
    const family = familyOf(contestant, "timeout");
    await proveTimeout(family);
    return { time: await timePerOperation(size, () => family.aroundReturn(size), effort) };
  },
};

export const timeoutAwait: Workload = {
  ...common,
  name: "timeout-await",
  title: "timeout around a function that awaits once, per scope",
  async run(contestant, size, effort) {
    const family = familyOf(contestant, "timeout");
    await proveTimeout(family);
    return { time: await timePerOperation(size, () => family.aroundAwait(size), effort) };
  },
};

/** What is timed has to be a timeout: it strikes, fails as a timeout, and only once its work has cleaned up. */
async function proveTimeout(family: TimeoutFamily): Promise<void> {
  let ended = 0;
  const timedOut = await family.strike(2, () => (ended += 1));
  expectEqual("the timeout strikes", timedOut, true);
  expectEqual("work that the timeout ended", ended, 1);
}
