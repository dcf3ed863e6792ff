import { relative } from "node:path";
import { describe, expect, it } from "vitest";
import { doors, foreignPages, pageOf } from "../../docs/scripts/site.mjs";
import { root } from "../../scripts/lib/run.mjs";
import { documentation } from "../workspace/examples.js";
import { pages } from "./site.js";

const all = pages();

describe("the built site", () => {
  it("has a page for every file, and for every door in the reference", () => {
    const files = [...documentation().map((path) => relative(root, path)), ...foreignPages()];
    const expected = [...files.map(pageOf), ...doors().map(({ page }) => page)];

    expect([...all.keys()]).toEqual(expect.arrayContaining(expected.map((page) => `/${page?.replace(/md$/, "html")}`)));
  });

  // VitePress itself fails on a link to a page that is not there, but knows no anchors.
  it("has what its links lead to, anchors included", () => {
    const dead = [...all].flatMap(([from, html]) =>
      linksOf(html)
        .filter((href) => !leadsSomewhere(from, href))
        .map((href) => `${from}: ${href}`),
    );

    expect(dead).toEqual([]);
  });

  it("links what is exported to its place in the reference", () => {
    expect(all.get("/guide/cancellation.html")).toContain('<a href="/reference/core#failafter">');
  });

  it("asks nobody else for anything", () => {
    const foreign = [...all].flatMap(([from, html]) =>
      [...html.matchAll(/<(?:script|link|img)[^>]+(?:src|href)="(?<url>https?:[^"]+)"/g)].map(
        ({ groups: { url = "" } = {} }) => `${from}: ${url}`,
      ),
    );

    expect(foreign).toEqual([]);
  });
});

function linksOf(html: string): string[] {
  const hrefs = [...html.matchAll(/<a\b[^>]*?\shref="(?<href>[^"]*)"/g)].map(({ groups: { href = "" } = {} }) => href);
  return [...new Set(hrefs)].filter((href) => !/^[a-z]+:/.test(href));
}

function leadsSomewhere(from: string, href: string): boolean {
  const { pathname, hash } = new URL(href.replaceAll("&amp;", "&"), `http://localhost${from}`);
  const path = pathname.endsWith("/") ? `${pathname}index` : pathname;
  const html = all.get(path.endsWith(".html") ? path : `${path}.html`);
  return html !== undefined && (hash === "" || html.includes(`id="${decodeURIComponent(hash.slice(1))}"`));
}
