import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { promisify } from "node:util";
import { transform } from "esbuild";
import ts from "typescript";
import { expect } from "vitest";
import { root } from "../../scripts/lib/run.mjs";
import { packages, publishedPackages } from "../../scripts/lib/workspace.mjs";

/** A program of the documentation. Its lines stand where they stand in its source. */
export interface Example {
  /** `packages/core/src/sleep.ts:12` */
  readonly place: string;
  /** TypeScript, complete, and printing a line for each result that it shows. */
  readonly program: string;
  /** What it has to print. `…` stands for anything. */
  readonly output: string;
  /** What its first line says of why less is done with it: `// Not run: it needs a terminal.` */
  readonly mark: Mark | undefined;
  /** The folder whose packages it can import. */
  readonly dir: string;
}

type Mark = "Not run" | "Not checked";

/** Every `ts` block of a page, and every `@example` of a package that users install. */
export function examples(): Example[] {
  const pages = [join(root, "README.md"), ...documentation(), ...packages().map(({ dir }) => join(dir, "README.md"))];
  const sources = publishedPackages().flatMap(({ dir }) =>
    readdirSync(join(dir, "src"), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .map((name) => join(dir, "src", name)),
  );
  const offers = publishedPackages().flatMap(offersOf);
  return [
    ...pages.flatMap((path) => fromFile(path, BLOCK, [])),
    ...sources.flatMap((path) => fromFile(path, DOCSTRING, offers)),
  ];
}

/** The files that the site is made of, but for those that are generated. */
export function documentation(): string[] {
  const docs = join(root, "docs");
  return ["", "guide", "coming-from", "recipes"].flatMap((folder) =>
    readdirSync(join(docs, folder))
      .filter((name) => name.endsWith(".md"))
      .map((name) => join(docs, folder, name)),
  );
}

/** The languages of the blocks of a page, as they are written. */
export function languagesOf(path: string): string[] {
  return [...readFileSync(path, "utf8").matchAll(/^ *```(?<language>.+)$/gm)].map(
    ({ groups: { language = "" } = {} }) => language,
  );
}

/**
 * Runs an example as a program of its own, against what is built, and tells all that it printed. What it imports is looked for from `dir`.
 */
export async function runExample(
  { program, dir: home }: Example,
  dir = home,
): Promise<{ stdout: string; stderr: string }> {
  const { code } = await transform(program, { loader: "ts", format: "esm", target: "es2022" });
  const running = promisify(execFile)(process.execPath, ["--input-type=module", "--eval", code], {
    cwd: dir,
    timeout: TIME_LIMIT,
  });
  return running.catch(({ killed, stdout, stderr }: { killed: boolean; stdout: string; stderr: string }) => ({
    stdout,
    stderr: killed ? `${stderr}it did not end within ${TIME_LIMIT} ms` : stderr,
  }));
}

const TIME_LIMIT = 10_000;

/** The text itself, or a pattern where there is an ellipsis in it. */
export function matching(text: string): unknown {
  if (!text.includes("…")) return text;
  const parts = text.split("…").map((part) => part.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`));
  return expect.stringMatching(new RegExp(`^${parts.join(".*")}$`));
}

/** What the compiler has against the examples, one line each. */
export function typeErrors(all: readonly Example[]): string[] {
  const { config } = ts.readConfigFile(join(root, "tsconfig.base.json"), (path) => ts.sys.readFile(path)) as {
    config: object;
  };
  const parsed = ts.parseJsonConfigFileContent(config, ts.sys, root);
  // A docstring's program imports what it may mean. It is checked as it is run: against what is built.
  const options = { ...parsed.options, noUnusedLocals: false, verbatimModuleSyntax: false, customConditions: [] };
  const host = ts.createCompilerHost(options);
  const files = new Map(all.map((example, i) => [join(example.dir, `example-${i}.ts`), example]));
  const readFile = host.readFile.bind(host);
  const fileExists = host.fileExists.bind(host);
  host.readFile = (path) => files.get(path)?.program ?? readFile(path);
  host.fileExists = (path) => files.has(path) || fileExists(path);

  const program = ts.createProgram([...files.keys()], options, host);
  return ts.getPreEmitDiagnostics(program).map(({ file, start, messageText }) => {
    const place = file && (files.get(file.fileName)?.place ?? relative(root, file.fileName));
    const line = file?.getLineAndCharacterOfPosition(start ?? 0).line ?? 0;
    return `${place}, line ${line}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
  });
}

const BLOCK = /^(?<margin>)```ts\n(?<code>.*?)^```$/gms;
const DOCSTRING = /^(?<margin> *\*) @example\n(?<code>.*?)^ *\*(?: @|\/)/gms;

function fromFile(path: string, pattern: RegExp, offers: readonly Offer[]): Example[] {
  const text = readFileSync(path, "utf8");
  return [...text.matchAll(pattern)].map(({ index, groups: { margin = "", code = "" } = {} }) => {
    const line = text.slice(0, index).split("\n").length;
    const lines = code.split("\n").map((line) => line.slice(margin === "" ? 0 : margin.length + 1));
    const place = `${relative(root, path)}:${line}`;
    // Where the platform has something of that name too, the example means it, except in the package that offers ours.
    const meant = offers.filter(({ name, dir }) => !(name in globalThis) || path.startsWith(`${dir}/`));
    const mark = MARK.exec(lines[0] ?? "")?.groups?.["mark"] as Mark | undefined;
    const dir = path.startsWith(join(root, "docs")) ? join(root, "docs") : import.meta.dirname;
    return { place, mark, dir, ...toProgram(lines.join("\n"), meant) };
  });
}

const MARK = /^\/\/ (?<mark>Not run|Not checked): ./;

/** A result, after the statement or in the lines below it: `// => ` and the lines indented like it. */
const RESULT = /[ \t]*\n?[ \t]*\/\/ => (?<first>.*)(?<rest>(?:\n[ \t]*\/\/ {4}.*)*)/y;

/**
 * Makes `expression; // => value` print the value's text where the expression has that value, and what it has otherwise.
 * A statement with a `console.log(…)` in it prints by itself.
 */
function toProgram(code: string, offers: readonly Offer[]): Pick<Example, "program" | "output"> {
  const file = ts.createSourceFile("example.ts", code, ts.ScriptTarget.Latest, true);
  const outputs: string[] = [];
  const insertions: { at: number; text: string }[] = [];
  // Of statements with a result: the last statement of a loop may end where the loop does.
  const ends = new Set<number>();
  const visit = (node: ts.Node): void => {
    ts.forEachChild(node, visit);
    if (!ts.isStatement(node) || ends.has(node.end)) return;
    RESULT.lastIndex = node.end;
    const { first, rest } = RESULT.exec(code)?.groups ?? {};
    if (first === undefined || rest === undefined) return;
    ends.add(node.end);
    const text = first + rest.replaceAll(/^[ \t]*\/\/ {4}/gm, "");
    outputs.push(`${text}\n`);
    if (!ts.isExpressionStatement(node) || /\bconsole\.log\(/.test(node.getText())) return;
    const { expression } = node;
    insertions.push({ at: expression.getStart(), text: "$show(" });
    insertions.push({ at: expression.end, text: `, ${text}, ${JSON.stringify(text)})` });
  };
  visit(file);
  const body = insertions
    .toSorted((a, b) => b.at - a.at)
    .reduce((body, { at, text }) => body.slice(0, at) + text + body.slice(at), code);
  return { program: `${importsFor(file, offers)} ${SHOW}\n${body}`, output: outputs.join("") };
}

const SHOW =
  `import { inspect as $inspect, isDeepStrictEqual as $same } from "node:util"; ` +
  `function $show(actual: unknown, expected: unknown, text: string): void ` +
  `{ console.log($same(actual, expected) ? text : $inspect(actual)); }`;

/** A name that a door of ours offers. */
interface Offer {
  readonly name: string;
  readonly isType: boolean;
  /** `@anyio/core/lowlevel` */
  readonly door: string;
  /** The package's. */
  readonly dir: string;
}

function offersOf({ dir, manifest }: ReturnType<typeof publishedPackages>[number]): Offer[] {
  // What needs a framework around it cannot be imported by a program, and the umbrella offers what is the others'.
  if ("peerDependencies" in manifest || manifest.name === "anyio") return [];
  const doors = readFileSync(join(dir, "exports.txt"), "utf8").split("\n\n");
  return doors.flatMap((text) => {
    const door = manifest.name + (text.split("\n")[0] ?? ".").slice(1);
    const names = text.matchAll(/^ {2}(?<name>\S+) \((?<kind>value|type)\)$/gm);
    return [...names].map(({ groups: { name = "", kind = "" } = {} }) => ({
      name,
      isType: kind === "type",
      door,
      dir,
    }));
  });
}

/** Imports, in one line, of what an example uses and does not declare. */
function importsFor(file: ts.SourceFile, offers: readonly Offer[]): string {
  const used = new Set<string>();
  const declared = new Set<string>();
  const visit = (node: ts.Node, depth: number): void => {
    if (ts.isIdentifier(node)) used.add(node.text);
    const isOutermost = depth <= OUTERMOST;
    if (
      isOutermost &&
      (ts.isBindingElement(node) || ts.isVariableDeclaration(node) || ts.isDeclarationStatement(node))
    ) {
      if (node.name !== undefined && ts.isIdentifier(node.name)) declared.add(node.name.text);
    }
    ts.forEachChild(node, (child) => visit(child, ts.isBlock(child) ? Infinity : depth + 1));
  };
  visit(file, 0);
  return offers
    .filter(({ name }) => used.has(name) && !declared.has(name))
    .map(({ name, isType, door }) => `import { ${isType ? "type " : ""}${name} } from "${door}";`)
    .join(" ");
}

// A statement, its list of declarations, a declaration, a pattern, an element of it.
const OUTERMOST = 5;
