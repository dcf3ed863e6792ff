import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { build, type Format, type Plugin as EsbuildPlugin } from "esbuild";

/**
 * What `import text from "./program.ts?text"` means: the program as one text, with all that it imports. A thread is started with that text,
 * so that no file of ours has to be found beside what a user's bundler has made.
 */
const SUFFIX = "?text";

/** For tsup. */
export function programTexts(): EsbuildPlugin {
  return {
    name: "program-texts",
    setup(build) {
      // The path is what source maps call it: it says nothing of the machine that it is built on.
      build.onResolve({ filter: /\?text$/ }, ({ path, resolveDir }) => ({
        path: relative(process.cwd(), join(resolveDir, path)),
        namespace: "text",
      }));
      build.onLoad({ filter: /./, namespace: "text" }, async ({ path }) => ({
        contents: await moduleOf(join(process.cwd(), path)),
      }));
    },
  };
}

/** For vitest, which runs the sources. */
export function programsOfSources() {
  return {
    name: "programs-of-sources",
    enforce: "pre" as const,
    resolveId: (id: string, importer: string | undefined) =>
      id.endsWith(SUFFIX) && importer !== undefined ? join(dirname(importer), id) : undefined,
    load: (id: string) => {
      if (id.endsWith(SUFFIX)) return moduleOf(id);
      if (id.endsWith(PROCESS_WORKER)) return moduleOfWorker(dirname(id));
      return undefined;
    },
  };
}

async function moduleOf(id: string): Promise<string> {
  const program = await bundle(id.slice(0, -SUFFIX.length), "cjs");
  // A function, for its names are nobody's business: those of a script are global, and functions that are sent as texts would see them.
  // `--input-type=module` makes a module of it, which has no `require`.
  const text = `(function(require){${program}\n})((name)=>process.getBuiltinModule(name));`;
  return `export default ${JSON.stringify(text)};`;
}

/** Says where the program of worker processes is: a file, which what runs as it is cannot make of our sources. */
const PROCESS_WORKER = "/packages/subprocess/src/worker-url.ts";

async function moduleOfWorker(src: string): Promise<string> {
  const built = join(src, "../node_modules/.cache/worker.mjs");
  mkdirSync(dirname(built), { recursive: true });
  // Others may be reading it: it is there as a whole, or as it was.
  const made = `${built}.${process.pid}`;
  writeFileSync(made, await bundle(join(src, "worker.js"), "esm"));
  renameSync(made, built);
  return `export const WORKER_URL = new URL(${JSON.stringify(pathToFileURL(built).href)});`;
}

async function bundle(path: string, format: Format): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [path],
    bundle: true,
    minify: true,
    format,
    target: "es2022",
    platform: "node",
    conditions: ["@anyio/source"],
    legalComments: "none",
    write: false,
  });
  return outputFiles[0]?.text ?? "";
}
