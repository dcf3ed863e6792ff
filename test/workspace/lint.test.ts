import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { root } from "../../scripts/lib/run.mjs";

const fixtures = join(import.meta.dirname, "fixtures");

interface Diagnostic {
  readonly code: string;
  readonly filename: string;
  readonly labels: readonly { readonly span: { readonly line: number } }[];
}

// Here, as a test would be too short for it on a busy machine.
const diagnostics = await lint();

describe("lint", () => {
  it("reports a floating promise of a function that comes from a sibling package", () => {
    expect(linesOf("typescript(no-floating-promises)", "floating.ts")).toEqual([3]);
  });

  it("reports the three leaking combinators inside a package", () => {
    const lines = linesOf("eslint(no-restricted-properties)", "packages/leaky/src/index.ts");

    expect(lines).toEqual([1, 5, 6, 7]);
  });

  it("reports a circular import", () => {
    expect(linesOf("import(no-cycle)", "cycle-a.ts")).toEqual([1]);
  });
});

/** What the repository's rules have against the fixtures. */
async function lint(): Promise<readonly Diagnostic[]> {
  const args = ["--type-aware", "--format=json", "--config", join(fixtures, "oxlintrc.json"), fixtures];
  const linting = promisify(execFile)(join(root, "node_modules/.bin/oxlint"), args, { cwd: root });
  const { stdout } = await linting.catch((error: { stdout: string }) => error);
  return (JSON.parse(stdout) as { diagnostics: Diagnostic[] }).diagnostics;
}

/** In which lines of a fixture a rule strikes. */
function linesOf(rule: string, file: string): (number | undefined)[] {
  return diagnostics
    .filter(({ code, filename }) => code === rule && filename.endsWith(`fixtures/${file}`))
    .map(({ labels }) => labels[0]?.span.line);
}
