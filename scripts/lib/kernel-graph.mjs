import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import ts from "typescript";
import { root } from "./run.mjs";
import { packages } from "./workspace.mjs";

/**
 * @typedef {object} Room
 * @property {string} name
 * @property {string[]} files as paths below `src`, without their ending
 */

/** @typedef {Map<string, Set<string>>} Graph who imports whom, at run time */

const ROOMS = join(root, "docs/kernel.md");
/** What stands on the rooms of the core, each drawn as one, with its doors. */
const ABOVE = ["task-groups", "sync", "streams"];

/** The rooms of `@anyio/core`, as the table of docs/kernel.md has them. @returns {Room[]} */
export function rooms() {
  const rows = readFileSync(ROOMS, "utf8").matchAll(/^\| \*\*(.+?)\*\* +\| (`.*?`) +\|/gm);
  return [...rows].map(([, name = "", cell = ""]) => ({
    name,
    files: [...cell.matchAll(/`(.+?)`/g)].map(([, file = ""]) => file),
  }));
}

/** The doors of the core, as paths below its `src`. */
export function coreDoors() {
  return Object.keys(doorsOf("core"));
}

/** Which file of `@anyio/core` imports which other one. @returns {Graph} */
export function coreImports() {
  return new Map(
    filesIn("core").map((file) => {
      const targets = importsOf("core", file).filter((target) => target.startsWith("."));
      return [file, new Set(targets.map((target) => join(dirname(file), target).replace(/\.js$/, "")))];
    }),
  );
}

/** The rooms and doors of the core and the packages above it: who imports whom. @returns {Graph} */
export function kernelGraph() {
  const doors = doorsOf("core");
  const nodes = new Map(rooms().flatMap(({ name, files }) => files.map((file) => [file, name])));
  for (const [file, name] of Object.entries(doors)) nodes.set(file, name);

  /** @type {Graph} */
  const graph = new Map([...nodes.values()].map((node) => [node, new Set()]));
  for (const [file, targets] of coreImports()) {
    const from = nodes.get(file) ?? file;
    for (const target of targets) link(graph, from, nodes.get(target) ?? target);
  }
  for (const folder of ABOVE) {
    const doorsAbove = doorsOf(folder);
    for (const file of filesIn(folder)) {
      const from = doorOf(file, doorsAbove);
      for (const target of importsOf(folder, file)) {
        if (target.startsWith("@anyio/")) link(graph, from, target);
        else if (target.startsWith(".")) link(graph, from, doorOf(join(dirname(file), target), doorsAbove));
      }
    }
  }
  return graph;
}

/** The same without the arrows that follow from others. @param {Graph} graph @returns {Graph} */
export function reduced(graph) {
  return new Map(
    [...graph].map(([from, targets]) => {
      const further = new Set([...targets].flatMap((target) => [...reachable(graph, target)]));
      return [from, new Set([...targets].filter((target) => !further.has(target)))];
    }),
  );
}

/** What can be come to from a node, it itself only in a circle. @param {Graph} graph @param {string} start */
export function reachable(graph, start) {
  const found = new Set(graph.get(start));
  for (const node of found) for (const target of graph.get(node) ?? []) found.add(target);
  return found;
}

/** @param {Graph} graph @param {string} from @param {string} to */
function link(graph, from, to) {
  if (from === to) return;
  const targets = graph.get(from) ?? new Set();
  graph.set(from, targets.add(to));
}

/** The name of each door of a package by its file below `src`. @param {string} folder @returns {Record<string, string>} */
function doorsOf(folder) {
  const { name, exports = {} } = manifestOf(folder);
  return Object.fromEntries(
    Object.entries(exports).flatMap(([door, target]) =>
      typeof target === "object" ? [[target["@anyio/source"].replace(/^\.\/src\/|\.ts$/g, ""), join(name, door)]] : [],
    ),
  );
}

/**
 * What is in `src/node` belongs to the door `node`, everything else to the main one.
 *
 * @param {string} file @param {Record<string, string>} doors
 */
function doorOf(file, doors) {
  const [first = ""] = file.replace(/\.js$/, "").split("/");
  return doors[first] ?? doors["index"] ?? file;
}

/** @param {string} folder */
function manifestOf(folder) {
  const found = packages().find((each) => each.folder === folder);
  if (!found) throw new Error(`there is no packages/${folder}`);
  return found.manifest;
}

/** @param {string} folder */
function filesIn(folder) {
  return readdirSync(sourcesOf(folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => name.slice(0, -".ts".length))
    .toSorted();
}

/** What a file imports at run time; types are nothing there. @param {string} folder @param {string} file @returns {string[]} */
function importsOf(folder, file) {
  const path = join(sourcesOf(folder), `${file}.ts`);
  const source = ts.createSourceFile(relative(root, path), readFileSync(path, "utf8"), ts.ScriptTarget.ES2022);
  return source.statements.flatMap((statement) => {
    if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) return [];
    const { moduleSpecifier } = statement;
    return moduleSpecifier && ts.isStringLiteral(moduleSpecifier) && !isForTypes(statement)
      ? [moduleSpecifier.text]
      : [];
  });
}

/** @param {ts.ImportDeclaration | ts.ExportDeclaration} statement */
function isForTypes(statement) {
  const clause = ts.isImportDeclaration(statement) ? statement.importClause : statement;
  if (!clause) return false;
  if (clause.isTypeOnly) return true;
  const bindings = ts.isExportDeclaration(clause) ? clause.exportClause : clause.namedBindings;
  if (!bindings || (!ts.isNamedImports(bindings) && !ts.isNamedExports(bindings))) return false;
  return bindings.elements.length > 0 && bindings.elements.every(({ isTypeOnly }) => isTypeOnly);
}

/** @param {string} folder */
function sourcesOf(folder) {
  return join(root, "packages", folder, "src");
}
