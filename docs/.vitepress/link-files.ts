import type { MarkdownRenderer } from "vitepress";
import { siteLink } from "../scripts/site.mjs";

/**
 * Links between files become links between pages. The files link as a code host takes it; a file outside of this folder
 * that has a page is linked to that, and one that has none is left as text.
 */
export function linkFiles(md: MarkdownRenderer): void {
  md.core.ruler.push("link-files", ({ tokens, env }) => {
    const file = `docs/${(env as { relativePath: string }).relativePath}`.replace("docs/index.md", "docs/README.md");
    if (/^docs\/(?:reference|packages)\//.test(file)) return;
    for (const { children } of tokens) {
      let unlinks = false;
      for (const token of children ?? []) {
        if (token.type === "link_close" && unlinks) token.hidden = true;
        if (token.type !== "link_open") continue;
        const href = token.attrGet("href") ?? "";
        if (/^(?:[a-z]+:|#|\/)/.test(href)) continue;
        const target = siteLink(file, href);
        unlinks = target === undefined;
        if (target !== undefined) token.attrSet("href", `/${target}`);
      }
    }
  });
}
