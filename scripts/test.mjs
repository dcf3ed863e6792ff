// `npm test`: a fresh clone becomes ready, then everything that should hold after every change is checked.
// `pnpm test --filter core [-- <vitest's arguments>]`: the tests of one package, and nothing else.
import { parseArgs } from "node:util";
import { main, run } from "./lib/run.mjs";
import { setUp } from "./lib/set-up.mjs";

const { values, positionals } = parseArgs({
  options: { filter: { type: "string", short: "F", multiple: true } },
  allowPositionals: true,
});

await main(async () => {
  await setUp();
  if (values.filter) {
    const projects = values.filter.map((name) => `--project=${name.replace(/^@anyio\//, "")}`);
    await run("vitest", ["run", ...projects, ...positionals]);
    return;
  }
  await step("format", "oxfmt", ["--check"]);
  await step("lint", "oxlint", ["--type-aware", "--deny-warnings"]);
  await step("types", "turbo", ["run", "types", "types:workspace", "--output-logs=errors-only"]);
  // One package at a time: some tests measure how late timers are.
  await step("tests", "turbo", ["run", "test", "--concurrency=1", "--log-prefix=none"]);
});

/**
 * @param {string} title
 * @param {string} command
 * @param {string[]} args
 */
async function step(title, command, args) {
  console.log(`\n== ${title}: ${command} ${args.join(" ")}`);
  await run(command, args);
}
