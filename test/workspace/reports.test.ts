import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { readReports } from "../../scripts/lib/reports.mjs";
import type { Report } from "../support/reporter.js";

const NOTHING: Report = { passed: 0, failed: [], flaky: [], skipped: [], order: [] };

describe("readReports", () => {
  it("adds up what is there and below, and says which folder a failure comes from", async () => {
    const failure = { name: "core: run", message: "no" };
    const dir = await reports({
      "core.json": { passed: 2, order: ["core: sleep", "core: now"] },
      "bun/core.json": { passed: 3, failed: [failure], flaky: [failure], skipped: [{ name: "a", reason: "why" }] },
    });

    const { failed, flaky, ...rest } = readReports(dir);

    expect(failed).toEqual([{ name: "bun: core: run", message: "no" }]);
    expect(flaky).toEqual(failed);
    expect(rest).toEqual({
      passed: 5,
      skipped: [{ name: "a", reason: "why" }],
      order: ["core: sleep", "core: now"],
    });
  });

  it("finds nothing where nothing was left", () => {
    expect(readReports(join(import.meta.dirname, "nowhere"))).toEqual(NOTHING);
  });
});

/** A directory with these, gone when the test has ended. */
async function reports(files: Readonly<Record<string, Partial<Report>>>): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "anyio-reports-"));
  onTestFinished(() => rm(dir, { recursive: true }));
  for (const [file, report] of Object.entries(files)) {
    await mkdir(join(dir, file, ".."), { recursive: true });
    await writeFile(join(dir, file), JSON.stringify({ ...NOTHING, ...report }));
  }
  return dir;
}
