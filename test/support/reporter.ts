import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Reporter, TestCase, TestModule } from "vitest/node";

/** What a run leaves for the scripts that add runs up. */
export interface Report {
  passed: number;
  failed: Failure[];
  /** What passed at another try: it counts as passed, and the message says what was wrong at first. */
  flaky: Failure[];
  skipped: { name: string; reason: string | undefined }[];
  /** The titles of the tests in the order in which they ended. */
  order: string[];
}

export interface Failure {
  name: string;
  message: string;
}

/** Writes a {@link Report} as JSON to `dir`, named after the projects that ran. */
export class CountsReporter implements Reporter {
  readonly #report: Report = { passed: 0, failed: [], flaky: [], skipped: [], order: [] };
  readonly #dir: string;

  constructor(dir: string) {
    this.#dir = dir;
  }

  onTestCaseResult(test: TestCase): void {
    const name = `${test.project.name}: ${test.fullName}`;
    const result = test.result();
    this.#report.order.push(name);
    const failure = { name, message: result.errors?.[0]?.message ?? "" };
    if (result.state === "passed") this.#report.passed += 1;
    if (result.state === "failed") this.#report.failed.push(failure);
    if (test.diagnostic()?.flaky) this.#report.flaky.push(failure);
    if (result.state === "skipped") this.#report.skipped.push({ name, reason: result.note });
  }

  /** A file that fails to load has no failing test of its own. */
  onTestModuleEnd(module: TestModule): void {
    for (const error of module.errors()) {
      this.#report.failed.push({ name: `${module.project.name}: ${module.relativeModuleId}`, message: error.message });
    }
  }

  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly { message: string }[]): void {
    for (const error of unhandled) this.#report.failed.push({ name: "unhandled error", message: error.message });
    const projects = [...new Set(modules.map(({ project }) => project.name))].toSorted().join("+");
    mkdirSync(this.#dir, { recursive: true });
    writeFileSync(join(this.#dir, `${projects}.json`), `${JSON.stringify(this.#report, null, 2)}\n`);
  }
}
