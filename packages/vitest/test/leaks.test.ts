import { expect, it } from "vitest";
import { describeEach } from "./support/project.js";

describeEach("a leak", (run) => {
  it("fails the test that made it, by name, with where it began", async () => {
    const report = await run({ files: ["leaks"] });

    const leaks = [
      ["leaves an operation", "operation sleep(60000)"],
      ["leaves a scope", "scope upload"],
      ["leaves a run", "task server"],
      ["leaves a resource", "resource door"],
      ["leaves something all the same", "operation sleep(60000)"],
      ["leaves one too", "operation sleep(60000)"],
      ["one of two leaves an operation", "operation sleep(70000)"],
      ["leaves a task in a group of the file", "task straggler"],
    ] as const;
    for (const [title, leak] of leaks) {
      expect(report.statusOf(title)).toBe("failed");
      const [, below] = report.failuresOf(title).split(`${leak}\n`);
      expect(below).toMatch(/^ +at .*leaks\.test\.ts:\d+/);
    }
    for (const title of [
      "leaves something on purpose",
      "leaves something in a block",
      "finds it closed",
      "leaves nothing",
      "the other does not",
      "finds it cancelled",
    ]) {
      expect(report.failuresOf(title)).toBe("");
      expect(report.statusOf(title)).toBe("passed");
    }
  });

  it("is nobody's business where the project says so", async () => {
    const report = await run({ files: ["leaks"], anyio: { leaks: false } });

    expect(report.statusOf("leaves an operation")).toBe("passed");
    expect(report.statusOf("leaves something all the same")).toBe("failed");
  });

  it("does not hide the test's own error", async () => {
    const report = await run({ files: ["leaks"] });

    const failures = report.failuresOf("fails and leaves an operation");
    expect(failures).toContain("its own error");
    expect(failures).toContain("operation sleep(60000)");
  });

  it("fails the file where it was made by a hook of the suite", async () => {
    const report = await run({ files: ["suite-leaks"] });

    expect(report.statusOf("passes")).toBe("passed");
    expect(report.messages).toMatch(/operation sleep\(80000\)[^]*resource gate/);
  });
});
