// What the repository's files are on the site.
import { existsSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

export const docs = join(import.meta.dirname, "..");
export const repository = join(docs, "..");

/** Files outside of this folder that have a page. @type {[pattern: RegExp, page: string][]} */
const PAGES = [
  [/^README\.md$/, "packages/index.md"],
  [/^CONTRIBUTING\.md$/, "packages/contributing.md"],
  [/^packages\/([^/]+)\/README\.md$/, "packages/$1.md"],
  [/^docs\/README\.md$/, "index.md"],
  [/^docs\/(.+\.md)$/, "$1"],
];

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
