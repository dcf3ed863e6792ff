// `npm run size`: everything that core and task-groups export, in one bundle, minified and gzipped.
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { main, root } from "./lib/run.mjs";
import { setUp } from "./lib/set-up.mjs";

// What we want, and what the code has come to. Nothing may grow past the latter; the gap is printed, not forgotten.
const BAR = 7_000;
const CEILING = 13_500;
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
      `${size} gzipped; the bar is ${BAR}, ${size > BAR ? `missed by ${size - BAR}` : "met"}; the ceiling is ${CEILING}`,
  );
  if (output.exports.length === 0) throw new Error("the bundle exports nothing, so its size proves nothing");
  if (size > CEILING) process.exitCode = 1;
});
