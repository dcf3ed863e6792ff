import { basename, join } from "node:path";
import { root } from "./run.mjs";
import { kernelGraph, reduced, rooms } from "./kernel-graph.mjs";

/** Where the picture is. */
export const PAGE = join(root, "CONTRIBUTING.md");

const BEGIN = "<!-- drawn by `npm run picture` -->";
const END = "<!-- end of the picture -->";
const NAMES_IN_A_LINE = 2;

/** Puts the picture of the kernel, as the code has it, between the page's two marks. @param {string} page */
export function withPicture(page) {
  const [before, rest] = halves(page, BEGIN);
  const [, after] = halves(rest, END);
  return `${before}${BEGIN}\n\n\`\`\`mermaid\n${draw()}\n\`\`\`\n\n${END}${after}`;
}

/** Who imports whom in the kernel, in Mermaid's language. */
function draw() {
  const inside = rooms().map(({ name, files }) => `    ${idOf(name)}["<b>${name}</b><br/>${listed(files)}"]`);
  const graph = kernelGraph();
  const arrows = [...reduced(graph)].flatMap(([from, targets]) =>
    [...targets].map((to) => `  ${idOf(from)} --> ${idOf(to)}`),
  );
  const outside = [...graph.keys()]
    .filter((node) => node.startsWith("@"))
    .map((node) => `  ${idOf(node)}(["<b>${node}</b>"])`);
  return [
    "flowchart BT",
    '  subgraph rooms ["the rooms of @anyio/core"]',
    ...inside,
    "  end",
    ...outside,
    ...arrows,
  ].join("\n");
}

/** @param {string[]} files */
function listed(files) {
  const names = files.map((file) => basename(file));
  const lines = [];
  for (let i = 0; i < names.length; i += NAMES_IN_A_LINE) lines.push(names.slice(i, i + NAMES_IN_A_LINE).join(" · "));
  return lines.join("<br/>");
}

/** @param {string} name */
function idOf(name) {
  return name.replaceAll(/\W+/g, "_");
}

/** @param {string} text @param {string} mark @returns {[string, string]} */
function halves(text, mark) {
  const at = text.indexOf(mark);
  if (at < 0) throw new Error(`${PAGE} has no ${mark}`);
  return [text.slice(0, at), text.slice(at + mark.length)];
}
