import { familyOf, type TimeoutFamily } from "../contestants/contestant.js";
import { expectEqual } from "../measure/expect-equal.js";
import { timePerOperation } from "../measure/time.js";
import type { Workload } from "./workload.js";

/** In the order of the table. */
export const timeouts: readonly Workload[] = [
  around("timeout-return", "a function that returns at once", (family, scopes) => family.aroundReturn(scopes)),
  around("timeout-await", "a function that awaits once", (family, scopes) => family.aroundAwait(scopes)),
];

function around(
  name: string,
  what: string,
  repeat: (family: TimeoutFamily, scopes: number) => Promise<number>,
): Workload {
  return {
    name,
    title: `timeout around ${what}, per scope`,
    metrics: { time: "ns" },
    size: 20_000,
    smokeSize: 50,
    smaller: { effection: 2_000 },
    async run(contestant, scopes, effort) {
      const family = familyOf(contestant, "timeout");
      await proveTimeout(family);
      return { time: await timePerOperation(scopes, () => repeat(family, scopes), effort) };
    },
  };
}

/** What is timed has to be a timeout: it strikes, fails as a timeout, and only once its work has cleaned up. */
async function proveTimeout(family: TimeoutFamily): Promise<void> {
  let ended = 0;
  const timedOut = await family.strike(2, () => (ended += 1));
  expectEqual("the timeout strikes", timedOut, true);
  expectEqual("work that the timeout ended", ended, 1);
}
