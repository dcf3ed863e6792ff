import { describe, expect, it } from "vitest";
import { examples, runExample, typeErrors } from "./examples.js";

const all = examples();

describe("the examples", () => {
  it("are found in pages and in docstrings", () => {
    const places = all.map(({ place }) => place.replace(/:\d+$/, ""));

    expect(places).toEqual(expect.arrayContaining(["README.md", "packages/core/src/run.ts"]));
  });

  const cases = all.map((example) => [example.place, example] as const);
  it.concurrent.each(cases)("at %s print what they say", { timeout: 20_000 }, async (_place, example) => {
    const { stdout, stderr } = await runExample(example);

    expect(example.output, "has a result to show").not.toBe("");
    expect({ stdout, stderr }).toEqual({ stdout: matching(example.output), stderr: "" });
  });

  it("satisfy the compiler", { timeout: 60_000 }, () => {
    expect(typeErrors(all)).toEqual([]);
  });
});

/** The text itself, or a pattern where there is an ellipsis in it. */
function matching(text: string): unknown {
  if (!text.includes("…")) return text;
  const parts = text.split("…").map((part) => part.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`));
  return expect.stringMatching(new RegExp(`^${parts.join(".*")}$`));
}
