import { describe, expect, it } from "vitest";
import { root } from "../../scripts/lib/run.mjs";
import { packages } from "../../scripts/lib/workspace.mjs";
import { exec, tool } from "./packed.js";

/** What the tools that we work with may come under. What users install brings nothing of others along. */
const ALLOWED = [
  "0BSD",
  "Apache-2.0",
  "BSD",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "BlueOak-1.0.0",
  "CC0-1.0",
  "ISC",
  "MIT",
  "MPL-2.0",
  "Python-2.0",
];
/** Whose manifest doesn't say, with what their LICENSE file says. */
const SAID_ELSEWHERE: Readonly<Record<string, string>> = { spawndamnit: "MIT" };

interface Licensed {
  readonly name: string;
  readonly license: string;
}

describe("the licences", () => {
  it("of all that is installed are ones that we allow", async () => {
    const printed = await exec(tool("pnpm"), ["licenses", "list", "--json"], root);
    const installed = Object.values(JSON.parse(printed) as Record<string, Licensed[]>).flat();

    const strangers = installed.filter(({ name, license }) => !ALLOWED.includes(SAID_ELSEWHERE[name] ?? license));
    expect(strangers.map(({ name, license }) => `${name}: ${license}`)).toEqual([]);
    expect(installed.length).toBeGreaterThan(100);
  });

  it.each(packages())("of $manifest.name is MIT", ({ manifest }) => {
    expect(manifest).toMatchObject({ license: "MIT" });
  });
});
