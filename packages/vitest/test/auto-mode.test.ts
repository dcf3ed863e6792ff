import { expect, it } from "vitest";
import { skipOn } from "#support/runtimes";
import { describeEach } from "./support/project.js";

describeEach("auto mode", (run) => {
  it("runs tests, hooks and fixtures in scopes", async () => {
    const report = await run({ files: ["basics"] });

    expect(report.tests.filter(({ status }) => status !== "passed")).toEqual([]);
    expect(report.tests).toHaveLength(8);
  });

  it("keeps all of vitest's faces", async () => {
    const report = await run({ files: ["faces"] });

    expect(report.tests.map(({ title, status }) => [title, status])).toEqual([
      ["each 1", "passed"],
      ["each 2", "passed"],
      ["table 1 a", "passed"],
      ["table 2 b", "passed"],
      ["for 3", "passed"],
      ["skipped", "skipped"],
      ["still to do", "todo"],
      ["fails as it should", "passed"],
      ["not run", "skipped"],
      ["skips itself", "skipped"],
      ["counts assertions", "passed"],
      ["misses an assertion", "passed"],
      ["is retried", "passed"],
      ["is repeated", "passed"],
      ["first", "passed"],
      ["second", "passed"],
      ["passes", "passed"],
      ["takes a context", "passed"],
      ["has the log of all of it", "passed"],
    ]);
    expect(report.messages.trim()).toBe("");
  });

  it("lets scopes stand around suites and tests, and fixtures be overridden", async () => {
    const report = await run({ files: ["around"] });

    expect(report.tests.filter(({ status }) => status !== "passed")).toEqual([]);
    expect(report.messages.trim()).toBe("");
  });

  it.each(["threads", "vmThreads"])("works in the pool %s", async (pool) => {
    skipOn(["bun", "deno"], "there the pool is forks");

    const report = await run({ files: ["basics"], test: { pool } });

    expect(report.tests.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => "passed"));
  });

  it("obeys only", async () => {
    const report = await run({ files: ["only"], test: { allowOnly: true } });

    expect(report.tests.map(({ title, status }) => [title, status])).toEqual([
      ["the chosen one", "passed"],
      ["another", "skipped"],
    ]);
  });

  it("finds the tests of a project that has globals", async () => {
    const report = await run({ files: ["globals"], test: { globals: true } });

    expect(report.statusOf("is in a scope")).toBe("passed");
  });

  it("scopes each file anew where files share a worker", async () => {
    const report = await run({ files: ["basics", "leaks"], test: { isolate: false, maxWorkers: 1 } });

    expect(report.statusOf("runs in a task named after it")).toBe("passed");
    expect(report.statusOf("leaves an operation")).toBe("failed");
  });

  it("leaves the tests alone in mode manual", async () => {
    const report = await run({ files: ["leaks"], anyio: { mode: "manual" } });

    expect(report.statusOf("leaves an operation")).toBe("passed");
  });
});
