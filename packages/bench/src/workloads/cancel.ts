import { familyOf } from "../contestants/contestant.js";
import { timePerOperation } from "../measure/time.js";
import type { Workload } from "./workload.js";

export const cancelSleepers: Workload = {
  name: "cancel-sleepers",
  title: "start, cancel and join sleepers, per sleeper",
  metrics: { time: "ns" },
  size: 20_000,
  smokeSize: 50,
  smaller: { effection: 2_000 },
  async run(contestant, size, effort) {
    return { time: await timePerOperation(size, () => familyOf(contestant, "sleepers").cancel(size), effort) };
  },
};

export const nested: Workload = {
  name: "nested",
  title: "nested timeouts cancelled from outside, per level",
  metrics: { time: "ns" },
  size: 1_000,
  smokeSize: 20,
  async run(contestant, size, effort) {
    return { time: await timePerOperation(size, () => familyOf(contestant, "nested").cancelDeep(size), effort) };
  },
};

export const tree: Workload = {
  name: "tree",
  title: "groups of sleepers in a group, as many as in each, cancelled from the top, per sleeper",
  metrics: { time: "ns" },
  size: 100,
  smokeSize: 5,
  smaller: { effection: 30 },
  async run(contestant, size, effort) {
    return { time: await timePerOperation(size * size, () => familyOf(contestant, "nested").cancelTree(size), effort) };
  },
};
