import { expect, it } from "vitest";
import { describeEach } from "./support/project.js";

describeEach("the clock of a test", (run) => {
  it("is the one that it or its suite asks for", async () => {
    const report = await run({ files: ["clocks"] });

    expect(report.tests.filter(({ status }) => status === "passed").map(({ title }) => title)).toEqual([
      "takes no time",
      "runs on both",
      "runs on both [virtual]",
      "hands its clock down",
      "can be overruled",
      "case 1",
      "case 1 [virtual]",
      "case 2",
      "case 2 [virtual]",
      "lets hooks and fixtures end as they wish",
    ]);
  });

  it("makes a deadlock fail at once, with what each task waits for", async () => {
    const report = await run({ files: ["clocks"] });

    expect(report.failuresOf("deadlocks")).toMatch(/^DeadlockError[^]*waiting for the cows to come home/);
    expect(report.failuresOf("deadlocks")).not.toContain("AbortError");
    expect(report.failuresOf("deadlocks and swallows it")).toMatch(/^DeadlockError[^]*waiting for Godot/);
    expect(report.failuresOf("in a test")).toMatch(/^DeadlockError[^]*waiting for nobody\n└─ companion #/);
    expect(report.failuresOf("in a hook")).toMatch(/^DeadlockError[^]*waiting for nothing/);
  });

  it("is the project's where nothing else is said", async () => {
    const report = await run({ files: ["globals"], anyio: { clock: "both" }, test: { globals: true } });

    expect(report.tests.map(({ title }) => title)).toEqual(["is in a scope", "is in a scope [virtual]"]);
  });

  it("is refused where it is none", async () => {
    const report = await run({ files: ["bad-clock"] });

    expect(report.messages).toContain('clock is "sundial"; it has to be "real", "virtual" or "both"');
  });
});
