import * as vitest from "vitest";
import { Attempt } from "./internal/attempt.js";
import { scopeFixturesOf } from "./internal/fixtures.js";
import { openFile, scopeSuite, type SuiteCollector } from "./internal/hooks.js";

const { TestRunner } = vitest;
type Config = ConstructorParameters<typeof TestRunner>[0];

/**
 * Vitest's runner in auto mode. It stands in front of vitest's collectors before the first module of a file is imported,
 * so that all tests, hooks and fixtures come by, whatever name a file calls vitest's functions by.
 */
class ScopedRunner extends TestRunner {
  #file: unknown;

  override importFile(path: string, source: "collect" | "setup"): unknown {
    const collector = TestRunner.getCurrentSuite() as unknown as SuiteCollector;
    if (this.#file !== collector.file) {
      this.#file = collector.file;
      scopeFixturesOf(vitest.test);
      scopeSuite(collector);
      openFile(collector);
    }
    return super.importFile(path, source);
  }

  async runTask(test: object): Promise<void> {
    const fn = TestRunner.getTestFn(test);
    await (Attempt.of(test)?.watch(fn) ?? fn());
  }
}

/** What vitest constructs. Benchmarks of vitest 4 have a runner of their own, and stay as they are. */
// oxlint-disable-next-line import/no-default-export -- vitest takes a runner by this name
export default function Runner(config: Config): object {
  const { BenchmarkRunner } = vitest as { BenchmarkRunner?: new (config: Config) => object };
  const isBenchmark = (config as { mode?: unknown }).mode === "benchmark";
  return isBenchmark && BenchmarkRunner ? new BenchmarkRunner(config) : new ScopedRunner(config);
}
