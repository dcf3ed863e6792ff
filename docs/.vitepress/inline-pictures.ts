import { dirname, join } from "node:path";
import type { MarkdownRenderer } from "vitepress";
import { docs } from "../scripts/site.mjs";
import { drawing } from "./drawing.js";

/** Drawings stand in the page itself, so that they have the colour of its text, in light and dark. */
export function inlinePictures(md: MarkdownRenderer): void {
  const others = md.renderer.rules.image;
  md.renderer.rules.image = (tokens, i, options, env, self) => {
    const token = tokens[i];
    const src = token?.attrGet("src");
    if (!src?.endsWith(".svg")) return others?.(tokens, i, options, env, self) ?? "";
    const { relativePath } = env as { relativePath: string };
    const label = (token?.content ?? "").replaceAll('"', "&quot;");
    return drawing(join(docs, dirname(relativePath), src), `class="drawing" aria-label="${label}"`);
  };
}
