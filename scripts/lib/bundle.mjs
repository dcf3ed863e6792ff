import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { root } from "./run.mjs";

/**
 * Bundles a module with all that it imports, minified, as a program's build does.
 *
 * @param {string} contents the module's source
 * @param {string} [from] the folder whose packages it can import
 */
export async function bundle(contents, from = join(root, "test")) {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: from },
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    platform: "neutral",
    mainFields: ["module", "main"],
    external: ["node:*"],
    legalComments: "none",
    metafile: true,
    write: false,
    logLevel: "warning",
    // Our packages say that they have no side effects, which is how it can leave out what is not used.
    logOverride: { "ignored-bare-import": "silent" },
  });
  const [file] = outputFiles;
  const [output] = Object.values(metafile.outputs);
  if (!file || !output) throw new Error("esbuild has written nothing");
  if (output.exports.length === 0) throw new Error("the bundle exports nothing, so its size proves nothing");
  return {
    exports: output.exports,
    imports: output.imports.map(({ path }) => path).toSorted(),
    size: file.contents.length,
    gzipped: gzipSync(file.contents, { level: 9 }).length,
  };
}
