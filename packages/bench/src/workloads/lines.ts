import { familyOf } from "../contestants/contestant.js";
import { timePerOperation } from "../measure/time.js";
import { Tally, Text } from "./text.js";
import type { Workload } from "./workload.js";

export const lines: Workload = {
  name: "lines",
  title: "lines of some 60 bytes split from chunks of 64 KiB and decoded, per line",
  metrics: { time: "ns" },
  size: 1_000_000,
  smokeSize: 3_000,
  contestants: ["anyio", "native", "native-bare", "effect", "readline", "readline-events"],
  async run(contestant, count, effort) {
    const family = familyOf(contestant, "lines");
    const text = new Text(count);
    const once = async () => {
      const tally = new Tally();
      await family.text(text.chunks, (line) => tally.add(line.length, line.charCodeAt(0)));
      return text.expect(tally);
    };
    return { time: await timePerOperation(count, once, effort) };
  },
};

export const linesBytes: Workload = {
  ...lines,
  name: "lines-bytes",
  title: "lines of some 60 bytes split from chunks of 64 KiB, left as bytes, per line",
  contestants: ["anyio", "native", "native-bare"],
  async run(contestant, count, effort) {
    const family = familyOf(contestant, "byteLines");
    const text = new Text(count);
    const once = async () => {
      const tally = new Tally();
      await family.bytes(text.chunks, (line) => tally.add(line.length, line[0]));
      return text.expect(tally);
    };
    return { time: await timePerOperation(count, once, effort) };
  },
};
