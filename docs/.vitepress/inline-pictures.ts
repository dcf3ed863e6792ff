import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { MarkdownRenderer } from "vitepress";
import { docs } from "../scripts/site.mjs";

/**
 * Drawings stand in the page itself, so that they have the colour of its text, in light and dark. Their own style is for
 * code hosts, which show them as pictures.
 */
export function inlinePictures(md: MarkdownRenderer): void {
  const others = md.renderer.rules.image;
  md.renderer.rules.image = (tokens, i, options, env, self) => {
    const token = tokens[i];
    const src = token?.attrGet("src");
    if (!src?.endsWith(".svg")) return others?.(tokens, i, options, env, self) ?? "";
    const { relativePath } = env as { relativePath: string };
    return drawing(join(docs, dirname(relativePath), src), token?.content ?? "");
  };
}

/** A drawing as a part of the page. */
function drawing(file: string, label: string): string {
  const svg = readFileSync(file, "utf8")
    .replace(/<style>.*?<\/style>/s, "")
    .replace(/ color="[^"]*"/, "");
  return svg.replace("<svg ", `<svg class="drawing" aria-label="${label.replaceAll('"', "&quot;")}" `).trim();
}
