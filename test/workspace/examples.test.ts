import { relative } from "node:path";
import { describe, expect, it } from "vitest";
import { root } from "../../scripts/lib/run.mjs";
import { documentation, examples, languagesOf, matching, runExample, typeErrors } from "./examples.js";

/** What stands in blocks that nobody could run here. */
const NO_PROGRAMS = ["sh", "text", "json", "python"];

const all = examples();
const programs = all.filter(({ mark }) => mark === undefined);

describe("the examples", () => {
  it("are found in pages and in docstrings", () => {
    const places = all.map(({ place }) => place.replace(/:\d+$/, ""));

    expect(places).toEqual(expect.arrayContaining(["README.md", "packages/core/src/run.ts"]));
  });

  const cases = programs.map((example) => [example.place, example] as const);
  it.concurrent.each(cases)("at %s print what they say", { timeout: 20_000 }, async (_place, example) => {
    const { stdout, stderr } = await runExample(example);

    expect(example.output, "has a result to show").not.toBe("");
    expect({ stdout, stderr }).toEqual({ stdout: matching(example.output), stderr: "" });
  });

  it("satisfy the compiler", { timeout: 60_000 }, () => {
    expect(typeErrors(all.filter(({ mark }) => mark !== "Not checked"))).toEqual([]);
  });

  it.each(documentation().map((path) => [relative(root, path), path]))(
    "of %s say why they are not run",
    (_name, path) => {
      const others = languagesOf(path).filter((language) => !["ts", ...NO_PROGRAMS].includes(language));

      expect(others, "every block of code is `ts`, and marked in its first line where it cannot be run").toEqual([]);
    },
  );
});
