import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { type AnyioOptions, checkClock, checkSeeds } from "./options.js";

export type { AnyioOptions, ClockChoice, Seeds } from "./options.js";

/** A plugin as vite takes it; its own type would tie a project to one version of vite. */
export interface AnyioPlugin {
  readonly name: string;
  config(config: object): object;
}

/**
 * Makes the plugin for a project's `plugins`.
 *
 * In mode "auto" every plain vitest test, hook and fixture of the project runs in a scope of its own; nothing in the tests
 * changes. In mode "manual" only tests made with `test` of `@anyio/vitest` do, and take the project's clock from here.
 *
 * @throws {TypeError} when an option is none of its choices
 * @example
 * import anyio from "@anyio/vitest/plugin";
 * import { defineConfig } from "vitest/config";
 *
 * const config = defineConfig({ plugins: [anyio({ mode: "auto", clock: "both" })] });
 * config.plugins?.length; // => 1
 */
// oxlint-disable-next-line import/no-default-export -- what a configuration imports is a plugin, and has one name for all
export default function anyio({
  mode = "auto",
  clock = "real",
  seeds = 0,
  leaks = true,
}: AnyioOptions = {}): AnyioPlugin {
  if (mode !== "auto" && mode !== "manual") {
    throw new TypeError(`mode is ${JSON.stringify(mode)}; it has to be "auto" or "manual"`);
  }
  const options: AnyioOptions = { mode, clock: checkClock(clock), seeds: checkSeeds(seeds), leaks };
  return {
    name: "@anyio/vitest",
    config({ test }: { test?: { runner?: string } }) {
      if (mode === "auto" && test?.runner !== undefined) {
        throw new TypeError(`mode "auto" is a test runner, and the project has one of its own: ${test.runner}`);
      }
      return { test: { provide: { "@anyio/vitest": options }, ...(mode === "auto" ? { runner: RUNNER } : {}) } };
    },
  };
}

// Beside this file, built or not.
const RUNNER = fileURLToPath(new URL(`./runner${extname(import.meta.url)}`, import.meta.url));
