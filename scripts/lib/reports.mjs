import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** @typedef {import("../../test/support/reporter.js").Report} Report */

/** Adds up what test runs have left in a directory and below. @param {string} dir @returns {Report} */
export function readReports(dir) {
  const files = existsSync(dir)
    ? readdirSync(dir, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".json"))
    : [];
  /** @type {Report[]} */
  const reports = files.map((name) => JSON.parse(readFileSync(join(dir, name), "utf8")));
  return {
    passed: reports.reduce((sum, { passed }) => sum + passed, 0),
    failed: reports.flatMap(({ failed }) => failed),
    skipped: reports.flatMap(({ skipped }) => skipped),
    order: reports.flatMap(({ order }) => order),
  };
}
