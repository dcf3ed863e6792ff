import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "../..");
const fixtures = join(import.meta.dirname, "fixtures");
const oxlint = join(root, "node_modules/.bin/oxlint");

interface Diagnostic {
  readonly code: string;
  readonly labels: readonly { readonly span: { readonly line: number } }[];
}

async function lint(file: string): Promise<string[]> {
  const config = join(fixtures, "oxlintrc.json");
  const args = ["--type-aware", "--format=json", "--config", config, join(fixtures, file)];
  const { stdout } = await promisify(execFile)(oxlint, args, { cwd: root }).catch((error: { stdout: string }) => error);
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: Diagnostic[] };
  return diagnostics.map(({ code, labels }) => `${code} line ${labels[0]?.span.line}`);
}

describe("lint", () => {
  it("reports a floating promise of a function that comes from a sibling package", async () => {
    expect(await lint("floating.ts")).toEqual(["typescript(no-floating-promises) line 3"]);
  });
});
