import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { existsSync, realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, onTestFinished } from "vitest";
import { isRuntime, runtime } from "#support/runtimes";
import type { AnyioOptions } from "@anyio/vitest/plugin";

const root = join(import.meta.dirname, "../../../..");
const runtimes = join(root, "packages/runtimes/node_modules");

/** A version of vitest, and what it runs on. */
interface Vitest {
  readonly name: string;
  readonly dir: string;
  readonly command: readonly [string, ...string[]];
  /** Why it can't be used here. */
  readonly missing: string | undefined;
}

const ARGUMENTS = { node: [], bun: ["--bun"], deno: ["run", "-A"] } as const;

const vitests: readonly Vitest[] = [vitest4(), ...(isRuntime("node") ? [vitest5()] : [])];

function vitest4(): Vitest {
  const dir = realpathSync(join(root, "node_modules/vitest"));
  return {
    name: "vitest 4",
    dir,
    command: [process.execPath, ...ARGUMENTS[runtime.family]],
    missing: undefined,
  };
}

/** It needs a newer Node.js than the oldest that the packages run on. */
function vitest5(): Vitest {
  const dir = join(runtimes, "vitest5");
  const node = isRuntime("node20", "node22") ? join(runtimes, "node24/bin/node") : process.execPath;
  const isThere = existsSync(dir) && existsSync(node);
  return {
    name: "vitest 5",
    dir: isThere ? realpathSync(dir) : dir,
    command: [node],
    missing: isThere ? undefined : "vitest 5 and Node 24 come with `npm run runtimes:install`",
  };
}

interface TestReport {
  readonly title: string;
  readonly status: "passed" | "failed" | "skipped" | "todo" | "pending";
  /** What the test failed with. */
  readonly failures: string;
}

export interface ProjectReport {
  /** What became of each test, by its full title. */
  readonly tests: readonly TestReport[];
  /** What the files failed with, apart from their tests. */
  readonly messages: string;
  readonly output: string;
  /** A file that the project wrote. */
  read(file: string): Promise<string>;
  /** The failures of the test of that title. */
  failuresOf(title: string): string;
  statusOf(title: string): string | undefined;
}

export interface ProjectOptions {
  /** The files of `test/fixtures` that it consists of, without `.fixture.ts`. */
  readonly files: readonly string[];
  /** What the plugin is told; null for no plugin at all. */
  readonly anyio?: AnyioOptions | null;
  /** What else stands under `test` in its configuration. */
  readonly test?: object;
}

/** One block of tests for each version of vitest; they are skipped, with the reason, where that is not installed. */
export function describeEach(
  name: string,
  tests: (run: (options: ProjectOptions) => Promise<ProjectReport>) => void,
): void {
  describe.each(vitests)(`${name}, on $name`, { timeout: 60_000 }, (vitest) => {
    beforeEach(({ skip }) => {
      if (vitest.missing !== undefined) skip(vitest.missing);
    });
    tests((options) => runProject(vitest, options));
  });
}

/** Runs a small project as a process of its own, in a directory where nothing of this repository is in reach but what is built. */
async function runProject(vitest: Vitest, { files, anyio = {}, test = {} }: ProjectOptions): Promise<ProjectReport> {
  const dir = await mkdtemp(join(tmpdir(), "anyio-vitest-"));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  await installPackages(dir, vitest);
  for (const file of files) {
    await cp(join(import.meta.dirname, `../fixtures/${file}.fixture.ts`), join(dir, `${file}.test.ts`));
  }
  await writeFile(join(dir, "package.json"), JSON.stringify({ type: "module" }));
  await writeFile(join(dir, "vitest.config.js"), configOf(anyio, test));

  const { output, exit } = await execute(vitest, dir);
  const report = join(dir, "report.json");
  if (!existsSync(report)) throw new Error(`vitest wrote no report (${exit}):\n${output}`);
  return parse(dir, await readFile(report, "utf8"), output);
}

async function installPackages(dir: string, vitest: Vitest): Promise<void> {
  const modules = join(dir, "node_modules");
  await mkdir(join(modules, "@anyio"), { recursive: true });
  await symlink(vitest.dir, join(modules, "vitest"));
  for (const name of ["core", "task-groups", "testing", "vitest"]) {
    const source = join(root, "packages", name);
    // Copied, not linked: its peer has to be the project's vitest.
    for (const part of ["package.json", "dist"]) {
      if (existsSync(join(source, part))) {
        await cp(join(source, part), join(modules, "@anyio", name, part), { recursive: true });
      }
    }
  }
}

function configOf(anyio: AnyioOptions | null, test: object): string {
  const options = { pool: "forks", ...test };
  if (anyio === null) return `export default { test: ${JSON.stringify(options)} };`;
  return `import anyio from "@anyio/vitest/plugin";
export default { plugins: [anyio(${JSON.stringify(anyio)})], test: ${JSON.stringify(options)} };`;
}

function execute(
  { dir, command: [program, ...options] }: Vitest,
  cwd: string,
): Promise<{ output: string; exit: number | string | null | undefined }> {
  const args = [
    ...options,
    join(dir, "vitest.mjs"),
    "run",
    "--reporter=default",
    "--reporter=json",
    "--outputFile=report.json",
  ];
  // What this test worker was told must not reach the workers of the project.
  const { NODE_OPTIONS: _, VITEST: __, ...env } = process.env;
  return new Promise((resolve) => {
    execFile(
      program,
      args,
      { cwd, timeout: 60_000, env: { ...env, NO_COLOR: "1", CI: "1" } },
      (error, stdout, stderr) => resolve({ output: `${stdout}\n${stderr}`, exit: error?.code }),
    );
  });
}

interface JsonReport {
  testResults: {
    message: string;
    assertionResults: {
      title: string;
      fullName: string;
      status: TestReport["status"];
      failureMessages: string[] | null;
    }[];
  }[];
}

function parse(dir: string, text: string, output: string): ProjectReport {
  const { testResults } = JSON.parse(text) as JsonReport;
  const tests = testResults.flatMap(({ assertionResults }) =>
    assertionResults.map(({ title, status, failureMessages }) => ({
      title,
      status,
      failures: (failureMessages ?? []).join("\n"),
    })),
  );
  const find = (title: string): TestReport | undefined => tests.find((test) => test.title === title);
  return {
    tests,
    messages: testResults.map(({ message }) => message).join("\n"),
    output,
    read: (file) => readFile(join(dir, file), "utf8"),
    failuresOf: (title) => find(title)?.failures ?? "",
    statusOf: (title) => find(title)?.status,
  };
}
