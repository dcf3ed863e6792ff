import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { promisify } from "node:util";
import { transform } from "esbuild";
import ts from "typescript";
import { packages, publishedPackages } from "../../scripts/lib/workspace.mjs";

/** A program of the documentation. Its lines stand where they stand in its source. */
export interface Example {
  /** `packages/core/src/sleep.ts:12` */
  readonly place: string;
  /** TypeScript, complete, and printing a line for each result that it shows. */
  readonly program: string;
  /** What it has to print. `…` stands for anything. */
  readonly output: string;
}

const root = join(import.meta.dirname, "../..");

/** Every `ts` block of a page, and every `@example` of a package that users install. */
export function examples(): Example[] {
  const docs = readdirSync(join(root, "docs")).filter((name) => name.endsWith(".md"));
  const pages = [
    join(root, "README.md"),
    ...docs.map((name) => join(root, "docs", name)),
    ...packages().map(({ dir }) => join(dir, "README.md")),
  ];
  const sources = publishedPackages().flatMap(({ dir }) =>
    readdirSync(join(dir, "src"), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .map((name) => join(dir, "src", name)),
  );
  const names = imports();
  return [
    ...pages.flatMap((path) => fromFile(path, BLOCK, "")),
    ...sources.flatMap((path) => fromFile(path, DOCSTRING, names)),
  ];
}

/** Runs an example as a program of its own, against what is built, and tells all that it printed. */
export async function runExample({ program }: Example): Promise<{ stdout: string; stderr: string }> {
  const { code } = await transform(program, { loader: "ts", format: "esm", target: "es2022" });
  const running = promisify(execFile)(process.execPath, ["--input-type=module", "--eval", code], {
    // What a program on the command line imports is looked for from here.
    cwd: import.meta.dirname,
    timeout: TIME_LIMIT,
  });
  return running.catch(({ killed, stdout, stderr }: { killed: boolean; stdout: string; stderr: string }) => ({
    stdout,
    stderr: killed ? `${stderr}it did not end within ${TIME_LIMIT} ms` : stderr,
  }));
}

const TIME_LIMIT = 10_000;

/** What the compiler has against the examples, one line each. */
export function typeErrors(all: readonly Example[]): string[] {
  const { config } = ts.readConfigFile(join(root, "tsconfig.base.json"), (path) => ts.sys.readFile(path)) as {
    config: object;
  };
  const parsed = ts.parseJsonConfigFileContent(config, ts.sys, root);
  // A docstring's program imports every name that there is.
  const options = { ...parsed.options, noUnusedLocals: false, verbatimModuleSyntax: false };
  const host = ts.createCompilerHost(options);
  const files = new Map(all.map((example, i) => [join(import.meta.dirname, `example-${i}.ts`), example]));
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

function fromFile(path: string, pattern: RegExp, names: string): Example[] {
  const text = readFileSync(path, "utf8");
  return [...text.matchAll(pattern)].map(({ index, groups: { margin = "", code = "" } = {} }) => {
    const line = text.slice(0, index).split("\n").length;
    const lines = code.split("\n").map((line) => line.slice(margin === "" ? 0 : margin.length + 1));
    return { place: `${relative(root, path)}:${line}`, ...toProgram(lines.join("\n"), names) };
  });
}

/** A result, after the statement or in the lines below it: `// => ` and the lines indented like it. */
const RESULT = /[ \t]*\n?[ \t]*\/\/ => (?<first>.*)(?<rest>(?:\n[ \t]*\/\/ {4}.*)*)/y;

/**
 * Makes `expression; // => value` print the value's text where the expression has that value, and what it has otherwise.
 * A `console.log(…); // => text` prints by itself.
 */
function toProgram(code: string, names: string): Pick<Example, "program" | "output"> {
  const file = ts.createSourceFile("example.ts", code, ts.ScriptTarget.Latest, true);
  const outputs: string[] = [];
  const insertions: { at: number; text: string }[] = [];
  const visit = (node: ts.Node): void => {
    ts.forEachChild(node, visit);
    if (!ts.isExpressionStatement(node)) return;
    RESULT.lastIndex = node.end;
    const { first, rest } = RESULT.exec(code)?.groups ?? {};
    if (first === undefined || rest === undefined) return;
    const text = first + rest.replaceAll(/^[ \t]*\/\/ {4}/gm, "");
    outputs.push(`${text}\n`);
    const { expression } = node;
    if (expression.getText().startsWith("console.log(")) return;
    insertions.push({ at: expression.getStart(), text: "$show(" });
    insertions.push({ at: expression.end, text: `, ${text}, ${JSON.stringify(text)})` });
  };
  visit(file);
  const body = insertions
    .toSorted((a, b) => b.at - a.at)
    .reduce((body, { at, text }) => body.slice(0, at) + text + body.slice(at), code);
  return { program: `${names} ${SHOW}\n${body}`, output: outputs.join("") };
}

const SHOW =
  `import { inspect as $inspect, isDeepStrictEqual as $same } from "node:util"; ` +
  `function $show(actual: unknown, expected: unknown, text: string): void ` +
  `{ console.log($same(actual, expected) ? text : $inspect(actual)); }`;

/** Imports of all that our doors offer, in one line. What needs a framework around it cannot be imported by a program. */
function imports(): string {
  return publishedPackages()
    .filter(({ manifest }) => !("peerDependencies" in manifest))
    .flatMap(({ dir, manifest }) => {
      const doors = readFileSync(join(dir, "exports.txt"), "utf8").split("\n\n");
      return doors.map((door) => {
        const names = door.matchAll(/^ {2}(?<name>\S+) \((?<kind>value|type)\)$/gm);
        const list = [...names].map(({ groups }) => `${groups?.["kind"] === "type" ? "type " : ""}${groups?.["name"]}`);
        const specifier = manifest.name + (door.split("\n")[0] ?? ".").slice(1);
        return `import { ${list.join(", ")} } from "${specifier}";`;
      });
    })
    .join(" ");
}
