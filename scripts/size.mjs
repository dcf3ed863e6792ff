// `npm run size`: what a program downloads that uses everything of the kernel's packages, minified and gzipped.
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { main, root } from "./lib/run.mjs";
import { setUp } from "./lib/set-up.mjs";
import { table } from "./lib/table.mjs";

const kernel = ["@anyio/core", "@anyio/core/lowlevel", "@anyio/task-groups"].map(everything);
const sync = everything("@anyio/sync");
const memoryStreams = 'export { createMemoryObjectStream } from "@anyio/streams";';

// The bar is what we want, the ceiling what the code has come to. Nothing may grow past the latter; the gap is printed,
// not forgotten.
const BUNDLES = [
  { name: "core and task-groups", bar: 7_000, ceiling: 16_060, entry: kernel },
  { name: "… with sync and memory streams", bar: 11_000, ceiling: 20_400, entry: [...kernel, sync, memoryStreams] },
];

await main(async () => {
  await setUp({ build: ["@anyio/task-groups", "@anyio/streams"] });
  const rows = await Promise.all(BUNDLES.map(weigh));
  console.log(
    table([["bundle", "exports", "minified", "gzipped", "bar", "", "ceiling"], ...rows.map(({ cells }) => cells)]),
  );
  if (rows.some(({ isTooLarge }) => isTooLarge)) process.exitCode = 1;
});

/** @param {(typeof BUNDLES)[number]} bundle */
async function weigh({ name, bar, ceiling, entry }) {
  const { outputFiles, metafile } = await build({
    stdin: { contents: entry.join("\n"), resolveDir: `${root}/test` },
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    platform: "neutral",
    external: ["node:*"],
    legalComments: "none",
    metafile: true,
    write: false,
    logLevel: "warning",
  });
  const [file] = outputFiles;
  const [output] = Object.values(metafile.outputs);
  if (!file || !output) throw new Error("esbuild has written nothing");
  if (output.exports.length === 0) throw new Error("the bundle exports nothing, so its size proves nothing");

  const size = gzipSync(file.contents, { level: 9 }).length;
  const verdict = size > bar ? `missed by ${size - bar}` : "met";
  return {
    cells: [name, output.exports.length, file.contents.length, size, bar, verdict, ceiling],
    isTooLarge: size > ceiling,
  };
}

/** @param {string} door */
function everything(door) {
  return `export * from "${door}";`;
}
