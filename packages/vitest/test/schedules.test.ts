import { expect, it, vi } from "vitest";
import { describeEach } from "./support/project.js";

const FAILING = ["loses the race of some schedule", "is late under some schedule", "leaks under some schedule"];
const NOTE =
  /It failed under the schedule of seed (\d+)(?:, after (\d+) that passed)?\. ANYIO_SEEDS=\1 runs this one alone/;

describeEach("the schedules of a test", (run) => {
  it("are as many as it or its project asks for, hooks included", async () => {
    const report = await run({ files: ["schedules"], anyio: { seeds: 10 } });
    const log = (await report.read("log.txt")).split("\n");
    const count = (line: string): number => log.filter((other) => other.startsWith(line)).length;

    expect(report.tests.filter(({ status }) => status === "failed").map(({ title }) => title)).toEqual(FAILING);
    expect(report.statusOf("is skipped halfway")).toBe("skipped");
    expect([count("bought"), count("afterEach of buys under every schedule")]).toEqual([10, 10]);
    expect(count("warning")).toBe(0);
    expect([count("case 1"), count("case 2"), count("repeated")]).toEqual([3, 3, 5]);
    const [first, second] = log.filter((line) => line.startsWith("order"));
    expect(first).toBe(second);
    // The second attempt fails, and the third is at the same schedule.
    const tried = log.filter((line) => line.startsWith("tried")).map((line) => line.split(": ")[1]);
    expect(tried).toHaveLength(4);
    expect(tried[1]).toBe(tried[2]);
  });

  it("end with the first that fails, whose seed the failure names", async () => {
    const report = await run({ files: ["schedules"], anyio: { seeds: 10 } });
    const raced = (await report.read("log.txt")).split("\n").filter((line) => line.startsWith("raced"));

    for (const title of FAILING) expect(report.failuresOf(title)).toMatch(NOTE);
    const [, seed, others = 0] = NOTE.exec(report.failuresOf("loses the race of some schedule")) ?? [];
    expect([Number(seed), Number(others)]).toEqual([raced.length - 1, raced.length - 1]);
    expect(report.failuresOf("is late under some schedule")).toContain("waiting for sleep(60000)");
    expect(report.failuresOf("leaks under some schedule")).toContain("operation sleep(60000)");
  });

  it("are one on the virtual clock where nothing is ever to be chosen", async () => {
    const report = await run({ files: ["schedules"], anyio: { seeds: 10 } });

    expect((await report.read("log.txt")).match(/alone, time \d+/g)).toEqual(["alone, time 1"]);
  });

  it("are those of ANYIO_SEEDS, which replays a failure", async () => {
    const before = await run({ files: ["schedules"], anyio: { seeds: 10 } });
    const [, seed = ""] = NOTE.exec(before.failuresOf("loses the race of some schedule")) ?? [];
    vi.stubEnv("ANYIO_SEEDS", seed);
    const report = await run({ files: ["schedules"], anyio: { seeds: 10 } }).finally(() => vi.unstubAllEnvs());
    const log = await report.read("log.txt");

    expect(log.match(/raced/g)).toHaveLength(1);
    expect(report.failuresOf("loses the race of some schedule")).toContain(`the schedule of seed ${seed}.`);
    expect(report.statusOf("runs once")).toBe("passed");
  });

  it("are none where nobody asks for any", async () => {
    const report = await run({ files: ["schedules"] });

    expect((await report.read("log.txt")).match(/bought/g)).toHaveLength(1);
  });

  it("are refused where they are none", async () => {
    const report = await run({ files: ["bad-seeds"] });

    expect(report.messages).toContain("seeds is -1; it has to be how many, 0 for none, or a list of integers");
  });
});
