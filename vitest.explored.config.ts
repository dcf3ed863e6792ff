import { defineConfig } from "vitest/config";
import { CountsReporter } from "./test/support/reporter.js";
import { project } from "./vitest.config.js";

// The suites of the kernel under many schedules, in virtual time: `npm run test:schedules`. It takes minutes, so it is no part of
// `npm test`. A test that can't hold there says why, with `skipExplored("reason")` of test/support/explored.ts.
//
// Every file of these packages is explored, but for those named here, each with the reason.
const LEFT_OUT: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  core: {
    "deep-nesting": "so many under so many schedules take minutes",
    fairness: "it measures how the default scheduler shares a turn out",
    "run.signals": "real processes have schedules of their own",
    "system-clock": "it is a clock alone, with nothing to schedule",
  },
  "task-groups": {
    model: "it has schedulers of its own",
    "nothing-lost": "it has schedulers of its own",
  },
  sync: {},
  streams: {},
  functools: {},
};

const reports = process.env["ANYIO_REPORTS"];

export default defineConfig({
  test: {
    reporters: ["default", ...(reports ? [new CountsReporter(reports)] : [])],
    projects: Object.entries(LEFT_OUT).map(([name, files]) => {
      const { test, ...others } = project(name, `${import.meta.dirname}/packages/${name}/test`, 1, {
        clock: "virtual",
        seeds: 50,
      });
      const exclude = Object.keys(files).map((file) => `${file}.test.ts`);
      return { ...others, test: { ...test, exclude, testTimeout: 10_000 } };
    }),
  },
});
