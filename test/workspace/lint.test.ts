import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { root } from "../../scripts/lib/run.mjs";

const fixtures = join(import.meta.dirname, "fixtures");

interface Diagnostic {
  readonly code: string;
  readonly labels: readonly { readonly span: { readonly line: number } }[];
}

/** Lints a fixture under the repository's rules, and tells in which lines one of them strikes. */
async function linesOf(rule: string, file: string): Promise<(number | undefined)[]> {
  const config = join(fixtures, "oxlintrc.json");
  const args = ["--type-aware", "--format=json", "--config", config, join(fixtures, file)];
  const lint = promisify(execFile)(join(root, "node_modules/.bin/oxlint"), args, { cwd: root });
  const { stdout } = await lint.catch((error: { stdout: string }) => error);
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: Diagnostic[] };
  return diagnostics.filter(({ code }) => code === rule).map(({ labels }) => labels[0]?.span.line);
}

describe("lint", () => {
  it("reports a floating promise of a function that comes from a sibling package", async () => {
    expect(await linesOf("typescript(no-floating-promises)", "floating.ts")).toEqual([3]);
  });

  it("reports the three leaking combinators inside a package", async () => {
    const lines = await linesOf("eslint(no-restricted-properties)", "packages/leaky/src/index.ts");

    expect(lines).toEqual([1, 5, 6, 7]);
  });

  it("reports a circular import", async () => {
    expect(await linesOf("import(no-cycle)", "cycle-a.ts")).toEqual([1]);
  });
});
