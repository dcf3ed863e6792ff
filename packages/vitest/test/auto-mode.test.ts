import { describe, expect, it } from "vitest";
import { runProject, vitests } from "./support/project.js";

describe.each(vitests)("auto mode on $name", (vitest) => {
  it("runs tests, hooks and fixtures in scopes", async ({ skip }) => {
    if (vitest.missing) skip(vitest.missing);

    const report = await runProject({ vitest, files: ["basics"] });

    expect(report.tests.filter(({ status }) => status !== "passed")).toEqual([]);
    expect(report.tests).toHaveLength(8);
  }, 60_000);
});
