import { defineConfig } from "vitest/config";
import { anotherTry } from "./test/support/another-try.js";
import { CountsReporter } from "./test/support/reporter.js";

// The wider checks: minutes, not seconds. They work on what is built and packed.
const reports = process.env["ANYIO_REPORTS"];

export default defineConfig({
  test: {
    reporters: ["default", ...(reports ? [new CountsReporter(reports)] : [])],
    testTimeout: 120_000,
    hookTimeout: 300_000,
    projects: ["packaging", "release", "docs"].map((name) => ({
      extends: true as const,
      test: { name, dir: `test/${name}`, include: ["**/*.test.ts"], pool: "forks" as const, retry: anotherTry },
    })),
  },
});
