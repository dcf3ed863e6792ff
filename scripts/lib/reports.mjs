import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** @typedef {import("../../test/support/reporter.js").Report} Report */

/**
 * Adds up what test runs have left in a directory and below. What comes from below has the folder's name in front.
 *
 * @param {string} dir
 * @returns {Report}
 */
export function readReports(dir) {
  const files = existsSync(dir)
    ? readdirSync(dir, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".json"))
    : [];
  /** @type {Report[]} */
  const reports = files.map((file) => {
    /** @type {Report} */
    const report = JSON.parse(readFileSync(join(dir, file), "utf8"));
    const folder = basename(dirname(file));
    if (folder === ".") return report;
    /** @param {import("../../test/support/reporter.js").Failure} failure */
    const placed = ({ name, message }) => ({ name: `${folder}: ${name}`, message });
    return { ...report, failed: report.failed.map(placed), flaky: report.flaky.map(placed) };
  });
  return {
    passed: reports.reduce((sum, { passed }) => sum + passed, 0),
    failed: reports.flatMap(({ failed }) => failed),
    flaky: reports.flatMap(({ flaky }) => flaky),
    skipped: reports.flatMap(({ skipped }) => skipped),
    order: reports.flatMap(({ order }) => order),
  };
}
