import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { performanceTable, readResults } from "../../scripts/lib/performance-table.mjs";
import { withTables } from "../../scripts/lib/readme-tables.mjs";
import { root } from "../../scripts/lib/run.mjs";
import { readCounts, runtimesTable } from "../../scripts/lib/runtimes-table.mjs";

describe("the tables of the README", () => {
  it("say what was measured and counted; `npm run readme` writes them", () => {
    const text = readFileSync(join(root, "README.md"), "utf8");

    expect(text).toBe(withTables(text));
  });

  it("are of one machine, and of the same libraries", () => {
    const [first, ...others] = readResults().map(({ conditions: { platform, cpu, versions } }) => ({
      platform,
      cpu,
      versions,
    }));

    for (const other of others) expect(other).toEqual(first);
  });

  it("are of runs in which no test failed", () => {
    expect(readCounts().map(({ failed }) => failed)).toEqual(readCounts().map(() => 0));
  });
});

describe("performanceTable", () => {
  it("makes the figure of a peer that is faster bold", () => {
    const reports = readResults().map((report) => ({
      ...report,
      results: report.results.map((row) => ({ ...row, ratios: { ...row.ratios, native: 2, effect: 0.25 } })),
    }));

    expect(performanceTable(reports)).toMatch(/\| +\*\*0\.5 ×\*\* \| +4 × \|/);
  });

  it("refuses a report without the figure of a peer that it shows", () => {
    const reports = readResults().map((report) => ({
      ...report,
      results: report.results.map((row) => ({ ...row, ratios: { ...row.ratios, "p-limit": null } })),
    }));

    expect(() => performanceTable(reports)).toThrow("lock has no figure of p-limit");
  });
});

describe("runtimesTable", () => {
  it("has the counts of a matrix that was kept, and the versions alone without one", () => {
    const counted = runtimesTable([{ id: "node26", version: "26.10.0", passed: 12, failed: 0, skipped: 3 }]);

    expect(counted).toContain("| Node.js | 26.10.0 |           12 |       3 |");
    expect(runtimesTable([])).toMatch(/\| Node\.js \| 20\.19 and newer \|\n[^]*\| Bun +\|[^]*\| Deno +\|/);
  });
});
