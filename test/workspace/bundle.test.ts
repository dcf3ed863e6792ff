import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bundle } from "../../scripts/lib/bundle.mjs";
import { root } from "../../scripts/lib/run.mjs";

/** Each as its documentation would have it. */
const PROGRAMS = {
  this: `
    import { failAfter } from "@anyio/core";
    import { withTaskGroup } from "@anyio/task-groups";
    export const both = (a, b) => failAfter(1_000, () => withTaskGroup((tg) => { tg.startSoon(a); tg.startSoon(b); }));`,
  "Effect 4": `
    import * as Effect from "effect/Effect";
    export const both = (a, b) =>
      Effect.runPromise(Effect.all([a, b], { concurrency: "unbounded" }).pipe(Effect.timeout(1_000)));`,
  "Effection 4": `
    import { all, race, run, sleep } from "effection";
    export const both = (a, b) => run(() => race([all([a, b]), sleep(1_000)]));`,
};

describe("a timeout around two tasks, in a bundle", () => {
  const said = saidOfBundles();

  it.each(Object.entries(PROGRAMS))("weighs with %s what the README says", async (name, program) => {
    const { gzipped } = await bundle(program, join(root, "packages/bench"));

    expect(Math.abs(gzipped / 1_000 - (said.get(name) ?? NaN))).toBeLessThan(0.5);
  });
});

/** What the README's comparison says that it weighs, in kB, by its columns. */
function saidOfBundles(): ReadonlyMap<string, number> {
  const rows = readFileSync(join(root, "README.md"), "utf8")
    .split("\n")
    .map((line) => line.split("|").map((cell) => cell.trim()));
  const headings = rows.find((cells) => cells.includes("Effection 4")) ?? [];
  const weights = rows.find(([, title]) => title === "a timeout around two tasks, in a bundle") ?? [];
  return new Map(headings.map((heading, column) => [heading, Number.parseFloat(weights[column] ?? "")]));
}
