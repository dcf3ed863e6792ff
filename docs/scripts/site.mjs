// What the repository's files are on the site.
import { existsSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { root as repository } from "../../scripts/lib/run.mjs";
import { packages, publishedPackages } from "../../scripts/lib/workspace.mjs";

/** @typedef {{ module: string, source: string, page: string }} Door a module that users import, and its page in the reference */

export const docs = join(import.meta.dirname, "..");

/** Files outside of this folder that have a page. @type {[pattern: RegExp, page: string][]} */
const PAGES = [
  [/^README\.md$/, "packages/index.md"],
  [/^CONTRIBUTING\.md$/, "packages/contributing.md"],
  [/^packages\/([^/]+)\/README\.md$/, "packages/$1.md"],
  [/^docs\/README\.md$/, "index.md"],
  [/^docs\/(.+\.md)$/, "$1"],
];

/** The files outside of this folder that become pages. */
export function foreignPages() {
  return ["README.md", "CONTRIBUTING.md", ...packages().map(({ folder }) => `packages/${folder}/README.md`)];
}

/** What the reference is made of. The umbrella has nothing of its own. @returns {Door[]} */
export function doors() {
  return publishedPackages()
    .filter(({ folder }) => folder !== "anyio")
    .flatMap(({ dir, manifest }) =>
      Object.entries(manifest.exports ?? {}).flatMap(([door, target]) => {
        if (typeof target === "string") return [];
        const module = manifest.name + door.slice(1);
        const page = `reference/${module.replace("@anyio/", "").replaceAll("/", "-")}.md`;
        return [{ module, source: join(dir, target["@anyio/source"]), page }];
      }),
    );
}

/**
 * The page of a file, both from their own roots: `packages/core/README.md` is at `packages/core.md`.
 *
 * @param {string} file
 */
export function pageOf(file) {
  for (const [pattern, page] of PAGES) if (pattern.test(file)) return file.replace(pattern, page);
  return undefined;
}

/**
 * Where a link of a file leads on the site.
 *
 * @param {string} file from the root of the repository
 * @param {string} href relative to the file, as a code host takes it
 * @returns {string | undefined} from the root of the site; undefined where there is no page of it
 */
export function siteLink(file, href) {
  const [path = "", hash] = href.split("#");
  let target = path === "" ? file : normalize(join(dirname(file), path)).replace(/\/$/, "");
  if (!target.endsWith(".md") && existsSync(join(repository, target, "README.md"))) target += "/README.md";
  const page = pageOf(target);
  return page === undefined ? undefined : page + (hash ? `#${hash}` : "");
}

/**
 * The anchor of a heading, by a code host's rule.
 *
 * @param {string} heading
 */
export function slug(heading) {
  return heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, "")
    .replaceAll(" ", "-");
}
