import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { runtime } from "#support/runtimes";

interface Framework {
  /** Its heading in the README, and its command. */
  readonly name: string;
  readonly family: "node" | "bun" | "deno";
  /** Where the runtime is, for tests that run on another. */
  readonly installed: string;
  readonly args: readonly string[];
  /** What it says when all three tests have passed. */
  readonly passed: RegExp;
}

const here = import.meta.dirname;
const runtimes = join(here, "../../runtimes/node_modules");

const FRAMEWORKS: readonly Framework[] = [
  {
    name: "node:test",
    family: "node",
    installed: join(runtimes, "node24/bin/node"),
    args: ["--test", "--test-reporter=tap"],
    passed: /^# pass 3$/m,
  },
  {
    name: "bun test",
    family: "bun",
    installed: join(runtimes, "@oven/bun-linux-x64/bin/bun"),
    args: ["test"],
    passed: /^ 3 pass$/m,
  },
  {
    name: "deno test",
    family: "deno",
    installed: join(runtimes, "@deno/linux-x64-glibc/deno"),
    // Types are checked by our own compiler.
    args: ["test", "-A", "--no-check"],
    passed: /3 passed/,
  },
];

/** What stands below a heading of the README. */
async function exampleFor(name: string): Promise<string> {
  const readme = await readFile(join(here, "../README.md"), "utf8");
  return readme.split(`### ${name}\n\n\`\`\`js\n`)[1]?.split("```")[0] ?? "";
}

describe("the README's examples", () => {
  it.for(FRAMEWORKS)(
    "pass under $name",
    { timeout: 30_000 },
    async ({ name, family, installed, args, passed }, { skip }) => {
      const bin = runtime.family === family ? process.execPath : installed;
      skip(!existsSync(bin), `${family} is not installed: npm run runtimes:install`);
      // Outside of the workspace: Deno would write its own idea of one into our manifest.
      const dir = await mkdtemp(join(tmpdir(), "anyio-frameworks-"));
      try {
        await writeFile(join(dir, "package.json"), JSON.stringify({ type: "module", dependencies: DEPENDENCIES }));
        await symlink(join(here, "node_modules"), join(dir, "node_modules"), "dir");
        await writeFile(join(dir, "example.test.mjs"), await exampleFor(name));

        const { stdout, stderr } = await promisify(execFile)(bin, [...args, "example.test.mjs"], {
          cwd: dir,
          env: { ...process.env, NODE_OPTIONS: "", NO_COLOR: "1", FORCE_COLOR: "0" },
          timeout: 20_000,
        });

        expect(stdout + stderr).toMatch(passed);
      } finally {
        await rm(dir, { recursive: true, force: true });
      }
    },
  );
});

// Deno takes from node_modules what the manifest names.
const DEPENDENCIES = { "@anyio/core": "*", "@anyio/task-groups": "*", "@anyio/testing": "*" };
