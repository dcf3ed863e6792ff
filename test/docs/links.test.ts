import { describe, expect, it } from "vitest";
import { pages } from "./site.js";

const all = pages();

describe("the built site", () => {
  it("has a page for every file, and the reference", () => {
    expect([...all.keys()]).toEqual(
      expect.arrayContaining([
        "/index.html",
        "/getting-started.html",
        "/guide/cancellation.html",
        "/packages/core.html",
        "/reference/core.html",
        "/reference/core-lowlevel.html",
      ]),
    );
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
