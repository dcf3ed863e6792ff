import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { MarkdownRenderer } from "vitepress";
import { docs, slug } from "../scripts/site.mjs";

type Tokens = ReturnType<MarkdownRenderer["parse"]>;

/** What is exported, in code, leads to its place in the reference: the first time in each section. */
export function linkNames(md: MarkdownRenderer): void {
  const places = placesOfNames();
  md.core.ruler.push("link-names", ({ tokens, env, Token }) => {
    if ((env as { relativePath: string }).relativePath.startsWith("reference/")) return;
    let linked = new Set<string>();
    let inHeading = false;
    for (const token of tokens) {
      if (token.type === "heading_open") linked = new Set();
      if (token.type.startsWith("heading_")) inHeading = token.type === "heading_open";
      if (token.children !== null && !inHeading) token.children = token.children.flatMap(linkedIn(linked));
    }

    function linkedIn(linked: Set<string>) {
      let inLink = false;
      return (token: Tokens[number]): Tokens => {
        if (token.type.startsWith("link_")) inLink = token.type === "link_open";
        const name = token.type === "code_inline" && !inLink ? nameIn(token.content) : undefined;
        const place = name === undefined || linked.has(name) ? undefined : places.get(name);
        if (name === undefined || place === undefined) return [token];
        linked.add(name);
        const open = new Token("link_open", "a", 1);
        open.attrs = [["href", place]];
        return [open, token, new Token("link_close", "a", -1)];
      };
    }
  });
}

/** `failAfter`, `failAfter(ms, fn)`, `new Lock()` */
function nameIn(code: string): string | undefined {
  return /^(?:await )?(?:new )?(?<name>[A-Za-z]+)(?:<\w+>)?(?:\(.*\))?$/.exec(code)?.groups?.["name"];
}

function placesOfNames(): Map<string, string> {
  const reference = join(docs, "reference");
  const places = new Map<string, string>();
  for (const file of existsSync(reference) ? readdirSync(reference).toSorted() : []) {
    const headings = readFileSync(join(reference, file), "utf8").matchAll(
      /^## (?<heading>.*?(?<name>\w+)(?:\(\))?)$/gm,
    );
    for (const { groups: { heading = "", name = "" } = {} } of headings) {
      if (!places.has(name)) places.set(name, `/reference/${file}#${slug(heading)}`);
    }
  }
  return places;
}
