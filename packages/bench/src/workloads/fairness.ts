import { familyOf } from "../contestants/contestant.js";
import { expectEqual } from "../measure/expect-equal.js";
import { LatenessProbe } from "../measure/lateness.js";
import type { Workload } from "./workload.js";

const TIMEOUT = 200;

export const fairness: Workload = {
  name: "fairness",
  title: "busy tasks that never have to wait: the latest timer, and when a timeout of 200 ms ends its task",
  metrics: { "timer late by": "ms", "timeout after": "ms" },
  size: 1_000,
  smokeSize: 20,
  async run(contestant, size, effort) {
    const begun = performance.now();
    const end = begun + effort.busyMs;
    let turns = 0;
    const goOn = () => {
      turns += 1;
      return performance.now() < end;
    };
    let struckAfter: number | null = null;
    const probe = new LatenessProbe();
    probe.start();
    await familyOf(contestant, "busy").run(size, TIMEOUT, goOn, () => {
      struckAfter = performance.now() - begun;
    });
    const lateness = probe.stop();

    expectEqual("every task went on to the end", turns > size, true);
    return { "timer late by": lateness, "timeout after": struckAfter };
  },
};
