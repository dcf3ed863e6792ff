import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import { slug } from "../../docs/scripts/site.mjs";
import { root } from "../../scripts/lib/run.mjs";
import { packages } from "../../scripts/lib/workspace.mjs";
import { documentation } from "./examples.js";

describe("the pages", () => {
  const pages = [
    join(root, "README.md"),
    join(root, "CONTRIBUTING.md"),
    ...documentation(),
    ...packages().map(({ dir }) => join(dir, "README.md")),
  ];

  it.each(pages.map((path) => [relative(root, path), path]))("link to what is there, in %s", (_name, path) => {
    expect(linksOf(path).filter((href) => !leadsSomewhere(path, href))).toEqual([]);
  });

  it("are all reached from the first one", () => {
    const reached = new Set<string>();
    const follow = (path: string): void => {
      if (reached.has(path) || !path.endsWith(".md")) return;
      reached.add(path);
      for (const href of linksOf(path)) follow(targetOf(path, href));
    };
    follow(join(root, "docs/README.md"));

    expect(documentation().filter((path) => !reached.has(path))).toEqual([]);
  });
});

describe("the page for those who come from Python", () => {
  const page = textOf(join(root, "docs/coming-from/python.md"));
  const words = new Set([...page.matchAll(/`(?<code>[^`]+)`/g)].flatMap((match) => match[1]?.match(/\w+/g) ?? []));
  // What `dir()` and `__all__` of AnyIO 4.15.1 and Trio 0.34.0 say, a module a line.
  const names = readFileSync(join(import.meta.dirname, "fixtures/python-names.txt"), "utf8")
    .trim()
    .split("\n");

  it.each(names.map((line) => line.split(" ")))("knows every name of %s", (_module, ...names) => {
    expect(names.filter((name) => !words.has(name))).toEqual([]);
  });
});

/** Without its blocks of code, where brackets are no links. */
function textOf(path: string): string {
  return readFileSync(path, "utf8").replaceAll(/^ *```.*?^ *```$/gms, "");
}

function linksOf(path: string): string[] {
  const text = textOf(path).replaceAll(/`[^`\n]*`/g, "code");
  return [...text.matchAll(/\]\((?<href>[^)\s]+)\)/g)]
    .map(({ groups: { href = "" } = {} }) => href)
    .filter((href) => !/^[a-z]+:/.test(href));
}

function targetOf(path: string, href: string): string {
  const [file = ""] = href.split("#");
  const target = file === "" ? path : join(dirname(path), file);
  // A code host shows a folder's README.
  const readme = join(target, "README.md");
  return existsSync(readme) && statSync(target).isDirectory() ? readme : target;
}

function leadsSomewhere(path: string, href: string): boolean {
  const target = targetOf(path, href);
  const [, anchor] = href.split("#");
  return existsSync(target) && (anchor === undefined || anchorsOf(target).has(anchor));
}

/** As a code host makes them: a heading that is there again gets a number. */
function anchorsOf(path: string): Set<string> {
  const anchors = new Set<string>();
  for (const { groups: { heading = "" } = {} } of textOf(path).matchAll(/^#{1,6} (?<heading>.+)$/gm)) {
    const anchor = slug(heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1"));
    let unique = anchor;
    for (let n = 1; anchors.has(unique); n++) unique = `${anchor}-${n}`;
    anchors.add(unique);
  }
  return anchors;
}
