import { expect, it } from "vitest";
import { describeEach, type ProjectOptions } from "./support/project.js";

const PROJECTS: readonly (readonly [string, ProjectOptions])[] = [
  ["without the plugin", { files: ["manual"], anyio: null }],
  ["in mode manual", { files: ["manual"], anyio: { mode: "manual" } }],
  ["in auto mode", { files: ["manual"] }],
];

describeEach("test", (run) => {
  it.each(PROJECTS)("has its scope, its fixtures and vitest's faces %s", async (_, options) => {
    const report = await run(options);

    expect(report.tests.filter(({ status }) => status === "failed").map(({ title }) => title)).toEqual([
      "a task's failure fails it at once",
      "is cancelled in time",
      "leaves an operation",
    ]);
    expect(report.tests).toHaveLength(19);
    expect(report.failuresOf("a task's failure fails it at once")).toMatch(/^RangeError: too far/);
    expect(report.failuresOf("is cancelled in time")).toMatch(/timed out in 50ms[^]*└─ worker #\d+, /);
    expect(report.failuresOf("leaves an operation")).toMatch(/operation sleep\(60000\)\n +at .*manual\.test\.ts/);
  });

  it("takes the project's clock", async () => {
    const report = await run({ files: ["manual"], anyio: { mode: "manual", clock: "both" } });

    expect(report.statusOf("runs in a task named after it [virtual]")).toBe("failed");
    expect(report.statusOf("has a task group, which ends with it [virtual]")).toBe("passed");
  });
});
