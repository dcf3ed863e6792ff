import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { doors, foreignPages, pageOf, siteLink, slug } from "../../docs/scripts/site.mjs";
import { tidied } from "../../docs/scripts/tidied.mjs";
import { root } from "../../scripts/lib/run.mjs";

describe("pageOf", () => {
  it.each([
    ["docs/README.md", "index.md"],
    ["docs/guide/sync.md", "guide/sync.md"],
    ["README.md", "packages/index.md"],
    ["packages/core/README.md", "packages/core.md"],
    ["packages/core/src/run.ts", undefined],
  ])("has for %s %s", (file, page) => {
    expect(pageOf(file)).toBe(page);
  });
});

describe("siteLink", () => {
  it.each([
    ["docs/README.md", "guide/sync.md#locks", "guide/sync.md#locks"],
    ["docs/guide/sync.md", "#locks", "guide/sync.md#locks"],
    ["README.md", "packages/core", "packages/core.md"],
    ["README.md", "docs/", "index.md"],
    ["README.md", "LICENSE", undefined],
  ])("leads from %s by %s to %s", (file, href, target) => {
    expect(siteLink(file, href)).toBe(target);
  });
});

describe("slug", () => {
  it("is lower case, with dashes, and without punctuation", () => {
    expect(slug("The limits: foreign promises, `await`ed")).toBe("the-limits-foreign-promises-awaited");
  });
});

describe("what the site is made of", () => {
  it("is there", () => {
    const files = [...foreignPages().map((file) => join(root, file)), ...doors().map(({ source }) => source)];

    expect(files.filter((file) => !existsSync(file))).toEqual([]);
    expect(doors()).toContainEqual({
      module: "@anyio/core/lowlevel",
      source: join(root, "packages/core/src/lowlevel.ts"),
      page: "reference/core-lowlevel.md",
    });
  });
});

describe("tidied", () => {
  it("keeps the headings of members, and makes those within them plain text", () => {
    const text = [
      "## Lock",
      "### Methods",
      "#### acquire()",
      "##### Throws",
      "- one",
      "##### Throws",
      "- two",
      "##### Overrides",
      "`Base.acquire`",
      "***",
      "#### release()",
    ];

    expect(tidied(text.join("\n")).split("\n")).toEqual([
      "## Lock",
      "#### acquire()",
      "**Throws**",
      "- one",
      "- two",
      "***",
      "#### release()",
    ]);
  });
});
