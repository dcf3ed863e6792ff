import { type Command, familyOf, required } from "../contestants/contestant.js";
import { expectEqual } from "../measure/expect-equal.js";
import { residentPeak } from "../measure/memory.js";
import { timePerOperation } from "../measure/time.js";
import type { Workload } from "./workload.js";

const MIB = 1024 * 1024;
const TRUE: Command = ["true"];

/** In the order of the table. */
export const processes: readonly Workload[] = [
  short("process", 1, "one after the other"),
  short("processes-at-once", 20, "20 at once"),
  captured(64),
  captured(1024),
  streamed(64),
  streamed(1024),
];

function short(name: string, atOnce: number, how: string): Workload {
  return {
    name,
    title: `\`true\` run ${how}, its output captured, per process`,
    metrics: { time: "ns" },
    size: 200,
    smokeSize: 20,
    contestants: ["anyio", "child-process", "execa"],
    async run(contestant, times, effort) {
      const run = required(familyOf(contestant, "processes").run);
      return { time: await timePerOperation(times, () => run(TRUE, times, atOnce), effort) };
    },
  };
}

function captured(size: number): Workload {
  return {
    name: `output-captured-${size}`,
    title: "what a process writes in pieces of 64 KiB, captured, per MiB; and the most memory that this took in all",
    metrics: { time: "ns", resident: "MiB" },
    size,
    smokeSize: 1,
    contestants: ["anyio", "child-process", "execa"],
    async run(contestant, mib, effort) {
      const capture = required(familyOf(contestant, "processes").capture);
      const once = async () => {
        const bytes = await capture(zeros(mib));
        expectEqual("the last byte", bytes.at(-1), 0);
        return bytes.length / MIB;
      };
      return { time: await timePerOperation(mib, once, effort), resident: residentPeak() };
    },
  };
}

function streamed(size: number): Workload {
  return {
    name: `output-streamed-${size}`,
    title:
      "what a process writes in pieces of 64 KiB, received as it comes, per MiB; and the most memory that this took in all",
    metrics: { time: "ns", resident: "MiB" },
    size,
    smokeSize: 1,
    contestants: ["anyio", "child-process", "child-process-loop", "execa"],
    async run(contestant, mib, effort) {
      const stream = required(familyOf(contestant, "processes").stream);
      const once = async () => {
        let received = 0;
        await stream(zeros(mib), (bytes) => {
          received += bytes.length;
        });
        return received / MIB;
      };
      return { time: await timePerOperation(mib, once, effort), resident: residentPeak() };
    },
  };
}

/** Writes as fast as a program can. Where it stands otherwise, it tells on stderr what it has done. */
function zeros(mib: number): Command {
  return ["dd", "if=/dev/zero", "bs=65536", `count=${mib * 16}`, "status=none"];
}
