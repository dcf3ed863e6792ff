import { defineConfig } from "vitest/config";
import { CountsReporter } from "./test/support/reporter.js";
import { project } from "./vitest.config.js";

// The suites of the kernel under many schedules, in virtual time: `npm run test:schedules`. It takes minutes, so it is no part of
// `npm test`. A test that can't hold there says why, with `skipExplored("reason")` of test/support/explored.ts.
//
// To add a file: `npx vitest run --config vitest.explored.config.ts --project core <file>`, then name it here. The files that are not here
// have not been tried, but for those of property tests, which choose their schedules themselves, and of real signals and processes.
const EXPLORED: Readonly<Record<string, readonly string[]>> = {
  core: ["cancel-scope", "exception-group", "is-cancelled", "leaving", "suspend", "task", "timeouts", "wait-queue"],
  "task-groups": ["start", "task-group", "task-handle"],
  sync: ["**/*"],
  streams: ["**/*"],
  functools: ["**/*"],
};

const reports = process.env["ANYIO_REPORTS"];

export default defineConfig({
  test: {
    reporters: ["default", ...(reports ? [new CountsReporter(reports)] : [])],
    projects: Object.entries(EXPLORED).map(([name, files]) => {
      const { test, ...others } = project(name, `${import.meta.dirname}/packages/${name}/test`, 1, {
        clock: "virtual",
        seeds: 50,
      });
      return { ...others, test: { ...test, include: files.map((file) => `${file}.test.ts`), testTimeout: 10_000 } };
    }),
  },
});
