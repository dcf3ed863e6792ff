// `npm run size`: what a program downloads that uses everything of the kernel's packages, minified and gzipped.
import { bundle } from "./lib/bundle.mjs";
import { main } from "./lib/run.mjs";
import { setUp } from "./lib/set-up.mjs";
import { table } from "./lib/table.mjs";

const kernel = ["@anyio/core", "@anyio/core/lowlevel", "@anyio/task-groups"].map(everything);
const sync = everything("@anyio/sync");
const memoryStreams = 'export { createMemoryObjectStream } from "@anyio/streams";';

// The bar is what we want, the ceiling what the code has come to. Nothing may grow past the latter; the gap is printed,
// not forgotten.
const BUNDLES = [
  { name: "core and task-groups", bar: 7_000, ceiling: 16_190, entry: kernel },
  { name: "… with sync and memory streams", bar: 11_000, ceiling: 20_530, entry: [...kernel, sync, memoryStreams] },
];

await main(async () => {
  await setUp({ build: ["@anyio/task-groups", "@anyio/streams"] });
  const rows = await Promise.all(BUNDLES.map(weigh));
  console.log(
    table([["bundle", "exports", "minified", "gzipped", "bar", "", "ceiling"], ...rows.map(({ cells }) => cells)]),
  );
  if (rows.some(({ isTooLarge }) => isTooLarge)) process.exitCode = 1;
});

/** @param {(typeof BUNDLES)[number]} measured */
async function weigh({ name, bar, ceiling, entry }) {
  const { exports, size, gzipped } = await bundle(entry.join("\n"));
  const verdict = gzipped > bar ? `missed by ${gzipped - bar}` : "met";
  return { cells: [name, exports.length, size, gzipped, bar, verdict, ceiling], isTooLarge: gzipped > ceiling };
}

/** @param {string} door */
function everything(door) {
  return `export * from "${door}";`;
}
