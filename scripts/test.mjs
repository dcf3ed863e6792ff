// `npm test`: a fresh clone becomes ready, then everything that should hold after every change is checked.
// `pnpm test --filter core [-- <vitest's arguments>]`: the tests of one package, and nothing else.
import { parseArgs } from "node:util";
import { CommandError, main, run } from "./lib/run.mjs";
import { install, setUp } from "./lib/set-up.mjs";
import { neededByTestsOf, packages } from "./lib/workspace.mjs";

const { values, positionals } = parseArgs({
  options: { filter: { type: "string", short: "F", multiple: true } },
  allowPositionals: true,
});

/** @type {string[]} */
const failed = [];

await main(async () => {
  if (values.filter) return testOnly(values.filter, positionals);
  await install();
  // The tests alone need what is built.
  await Promise.all([step("build", "turbo", ["run", "build"], { quiet: true }), checkSources()]);
  // One package at a time: some tests measure how late timers are.
  await step("tests", "turbo", [
    "run",
    "test",
    "--concurrency=1",
    "--continue",
    "--log-prefix=none",
    "--output-logs=new-only",
  ]);
  if (failed.length > 0) throw new CommandError("npm test", failed.join(", "), "");
});

async function checkSources() {
  await step("format", "oxfmt", ["--check"]);
  await step("lint", "oxlint", []);
  await step("unused code", "knip", ["--no-progress", "--no-config-hints"]);
  await step("types", "tsc", ["-p", "."]);
}

/**
 * @param {string[]} filters packages by folder or by name
 * @param {string[]} args vitest's own
 */
async function testOnly(filters, args) {
  const wanted = filters.map((filter) => {
    const found = packages().find(({ folder, manifest }) => folder === filter || manifest.name === filter);
    if (found) return found;
    console.error(
      `no package "${filter}"; there are ${packages()
        .map(({ folder }) => folder)
        .join(", ")}`,
    );
    process.exit(2);
  });
  // The tests take the sources, but the programs that some of them start take what is built.
  await setUp({ build: wanted.flatMap(neededByTestsOf) });
  await run("vitest", ["run", ...wanted.map(({ folder }) => `--project=${folder}`), ...args]);
}

/**
 * Runs a step, and goes on to the next one when it fails: a person wants to see all that is wrong.
 *
 * @param {string} title
 * @param {string} command
 * @param {string[]} args
 * @param {{ quiet?: boolean }} [options]
 */
async function step(title, command, args, options) {
  console.log(`\n== ${title}: ${command} ${args.join(" ")}`);
  try {
    await run(command, args, options);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    console.error(`${error.output}${error.message}`);
    failed.push(title);
  }
}
