import { existsSync, readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import type { AnyioOptions } from "./packages/vitest/src/options.js";
import anyio from "./packages/vitest/src/plugin.js";
import { programsOfSources } from "./programs.base.js";
import { anotherTry } from "./test/support/another-try.js";
import { CountsReporter } from "./test/support/reporter.js";

const root = import.meta.dirname;

/**
 * Everyday tests run against the packages' sources. The runtime matrix sets this variable, and the packages are then
 * what their manifests offer everybody, that is, what is built.
 */
const built = process.env["ANYIO_TEST_BUILT"] === "1";
const conditions = ["node", "module", "default", ...(built ? [] : ["@anyio/source"])];

const packages = readdirSync(`${root}/packages`).filter((name) => existsSync(`${root}/packages/${name}/test`));
const reports = process.env["ANYIO_REPORTS"];

/**
 * Whose tests wait for other programs, or for seconds to pass: they have a worker for each processor, where vitest itself would
 * keep one of two for itself. They come after the others, of which some measure how late timers are.
 */
const WAITING = ["net", "subprocess", "threads", "tour", "vitest", "workspace"];

export default defineConfig({
  test: {
    reporters: ["default", ...(reports ? [new CountsReporter(reports)] : [])],
    projects: [
      // Runs before the others, so that the first test of every run says which runtime it is on.
      project("runtime", `${root}/test/runtime`, 0),
      ...packages.map((name) => everyday(name, `${root}/packages/${name}/test`)),
      // What concerns the repository as a whole.
      everyday("workspace", `${root}/test/workspace`),
    ],
  },
});

function everyday(name: string, dir: string) {
  if (!WAITING.includes(name)) return project(name, dir, 1);
  const { test, ...others } = project(name, dir, 2);
  return { ...others, test: { ...test, maxWorkers: availableParallelism() } };
}

/** The tests of one folder. */
export function project(name: string, dir: string, groupOrder: number, options: AnyioOptions = {}) {
  return {
    // From its sources: the packages would depend on the plugin in a circle.
    // Not in the matrix yet, where it has not been tried on all runtimes.
    plugins: built ? [] : [anyio({ ...options, mode: "auto" }), programsOfSources()],
    resolve: { alias: { "#support": `${root}/test/support` }, conditions },
    ssr: { resolve: { conditions } },
    test: {
      name,
      root,
      dir,
      include: ["**/*.test.ts"],
      pool: "forks" as const,
      retry: anotherTry,
      setupFiles: [`${root}/test/support/setup.ts`],
      sequence: { groupOrder },
      // What is built is loaded by the runtime itself, untouched by vitest.
      server: { deps: { external: [/\/packages\/[^/]+\/dist\//] } },
    },
  };
}
