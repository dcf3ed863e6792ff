import { expect, it } from "vitest";
import { describeEach } from "./support/project.js";

describeEach("a test that times out", (run) => {
  it("is cancelled and waited for, and shows its tasks", async () => {
    const report = await run({ files: ["timeouts"] });

    const failures = report.failuresOf("is cancelled");
    expect(failures).toContain("Test timed out in 50ms");
    expect(failures).toMatch(/test "a slow test > is cancelled" #\d+, .*waiting for sleepForever\(\)/);
    expect(failures).toMatch(/└─ worker #\d+, .*waiting for sleep\(3600000\)/);
    expect(report.failuresOf("is cancelled too")).toMatch(/Hook timed out in 50ms[^]*waiting for sleep\(3600000\)/);
    expect(report.output).toMatch(/beforeAll #\d+, .*waiting for sleep\(3600000\)/);
    expect(report.statusOf("begin anew after a timeout")).toBe("passed");
    expect(JSON.parse(await report.read("log.json"))).toEqual([
      "cleaned up",
      "afterEach",
      "next",
      "afterEach",
      "after the stubborn one",
      "hook cleaned up",
      "try 1",
      "try 2",
      "try 3",
    ]);
  });

  it("is given up where it awaits something foreign, and says so", async () => {
    const report = await run({ files: ["timeouts"] });

    for (const title of ["is given up", "blocks on something foreign"]) {
      expect(report.failuresOf(title)).toMatch(/awaits something foreign[^]*awaiting a foreign promise/);
    }
    expect(report.statusOf("goes on after it")).toBe("passed");
  });
});
