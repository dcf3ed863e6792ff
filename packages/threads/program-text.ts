import { dirname, join } from "node:path";
import { build, type Plugin as EsbuildPlugin } from "esbuild";

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
      build.onResolve({ filter: /\?text$/ }, ({ path, resolveDir }) => ({ path: join(resolveDir, path), namespace: "text" }));
      build.onLoad({ filter: /./, namespace: "text" }, async ({ path }) => ({ contents: await moduleOf(path) }));
    },
  };
}

/** For vitest, which runs the sources. */
export function programTextsOfSources() {
  return {
    name: "program-texts",
    enforce: "pre" as const,
    resolveId: (id: string, importer: string | undefined) =>
      id.endsWith(SUFFIX) && importer !== undefined ? join(dirname(importer), id) : undefined,
    load: (id: string) => (id.endsWith(SUFFIX) ? moduleOf(id) : undefined),
  };
}

async function moduleOf(id: string): Promise<string> {
  return `export default ${JSON.stringify(await textOf(id.slice(0, -SUFFIX.length)))};`;
}

async function textOf(path: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [path],
    bundle: true,
    minify: true,
    // What is evaluated is no module.
    format: "cjs",
    target: "es2022",
    platform: "node",
    conditions: ["@anyio/source"],
    legalComments: "none",
    write: false,
  });
  return outputFiles[0]?.text ?? "";
}
