// `npm run size`: everything that core and task-groups export, in one bundle, minified and gzipped.
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { main, root } from "./lib/run.mjs";
import { setUp } from "./lib/set-up.mjs";

const LIMIT = 7_000;
const doors = ["@anyio/core", "@anyio/core/lowlevel", "@anyio/task-groups"];

await main(async () => {
  await setUp({ build: ["@anyio/task-groups"] });
  const bundle = await build({
    stdin: { contents: doors.map((door) => `export * from "${door}";`).join("\n"), resolveDir: `${root}/test` },
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
  const [file] = bundle.outputFiles;
  const [output] = Object.values(bundle.metafile.outputs);
  if (!file || !output) throw new Error("esbuild has written nothing");

  const size = gzipSync(file.contents, { level: 9 }).length;
  console.log(
    `core and task-groups: ${output.exports.length} exports, ${file.contents.length} bytes minified, ` +
      `${size} gzipped; the limit is ${LIMIT}`,
  );
  if (output.exports.length === 0) throw new Error("the bundle exports nothing, so its size proves nothing");
  if (size > LIMIT) process.exitCode = 1;
});
