import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./run.mjs";
import { markdownTable } from "./table.mjs";
import { readManifest } from "./workspace.mjs";

/** What a runtime's tests came to. @typedef {{ id: string, version: string, passed: number, failed: number, skipped: number }} Counts */

const COUNTS = join(root, "packages/runtimes/results.json");

/** @returns {Counts[]} */
export function readCounts() {
  return existsSync(COUNTS) ? JSON.parse(readFileSync(COUNTS, "utf8")) : [];
}

/** Which runtimes the tests run on, and what they came to where that was counted. @param {Counts[]} counts */
export function runtimesTable(counts) {
  if (counts.length === 0) {
    return markdownTable([["runtime", "version"], ...tested().map(({ name, version }) => [name, version])], ["<", "<"]);
  }
  const lines = counts.map(({ id, version, passed, skipped }) => [
    nameOf(id),
    version,
    String(passed),
    String(skipped),
  ]);
  return markdownTable([["runtime", "version", "tests passed", "skipped"], ...lines], ["<", "<", ">", ">"]);
}

/** The runtimes of `npm run test:runtimes`: the least that every manifest asks for, and those of packages/runtimes. */
function tested() {
  const { optionalDependencies = {} } = readManifest(join(root, "packages/runtimes"));
  const least = readManifest(root).engines?.["node"]?.replace(">=", "") ?? "";
  const others = Object.entries(optionalDependencies).flatMap(([name, version]) => {
    const id = /^@?(?:oven\/)?(?<id>node|bun|deno)/.exec(name)?.groups?.["id"];
    return id ? [{ name: nameOf(id), version: version.replace(/^.*@/, "") }] : [];
  });
  return [{ name: nameOf("node"), version: `${least} and newer` }, ...others.toSorted((a, b) => rank(a) - rank(b))];
}

/** @param {{ name: string }} runtime */
function rank({ name }) {
  return Object.values(NAMES).indexOf(name);
}

/** @param {string} id */
function nameOf(id) {
  return NAMES[id.replace(/\d+$/, "")] ?? id;
}

/** @type {Record<string, string>} */
const NAMES = { node: "Node.js", bun: "Bun", deno: "Deno" };
