import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./run.mjs";

/**
 * @typedef {object} Manifest
 * @property {string} name
 * @property {string} version
 * @property {boolean} [private]
 * @property {Record<string, string>} [dependencies]
 * @property {Record<string, string>} [peerDependencies]
 * @property {Record<string, string>} [optionalDependencies]
 * @property {Record<string, string>} [scripts]
 * @property {Record<string, string | { "@anyio/source": string, types: string, default: string }>} [exports]
 * @property {string} [bin]
 * @property {string} [packageManager]
 * @property {Record<string, string>} [engines]
 */

/** @typedef {{ folder: string, dir: string, manifest: Manifest }} Package */

/** @param {string} dir @returns {Manifest} */
export function readManifest(dir) {
  return JSON.parse(readFileSync(join(dir, "package.json"), "utf8"));
}

/** Every package of the workspace, private ones included, by folder name. @returns {Package[]} */
export function packages() {
  return readdirSync(join(root, "packages"))
    .toSorted()
    .map((folder) => ({ folder, dir: join(root, "packages", folder) }))
    .filter(({ dir }) => existsSync(join(dir, "package.json")))
    .map(({ folder, dir }) => ({ folder, dir, manifest: readManifest(dir) }));
}

/** What has to be built before a package can be tested: it, what its tests alone import, and what they run in. @param {Package} tested */
export function neededByTestsOf({ dir, manifest }) {
  const tests = join(dir, "test");
  return [
    manifest.name,
    "@anyio/vitest",
    ...(existsSync(join(tests, "package.json")) ? [readManifest(tests).name] : []),
  ];
}

/** The packages that users install. */
export function publishedPackages() {
  return packages().filter(({ manifest }) => !manifest.private);
}

/** Puts packages behind those that they depend on. @param {Package[]} unordered */
export function inOrder(unordered) {
  /** @type {Set<Package>} */
  const ordered = new Set();
  /** @param {Package} each */
  const add = (each) => {
    const { dependencies = {} } = each.manifest;
    unordered.filter(({ manifest }) => manifest.name in dependencies).forEach(add);
    ordered.add(each);
  };
  unordered.forEach(add);
  return [...ordered];
}
