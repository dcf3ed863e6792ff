// `npm test`: a fresh clone becomes ready, then everything that should hold after every change is checked.
// `pnpm test --filter core [-- <vitest's arguments>]`: the tests of one package, and nothing else.
import { parseArgs } from "node:util";
import { CommandError, main, run } from "./lib/run.mjs";
import { setUp } from "./lib/set-up.mjs";

const { values, positionals } = parseArgs({
  options: { filter: { type: "string", short: "F", multiple: true } },
  allowPositionals: true,
});

/** @type {string[]} */
const failed = [];

await main(async () => {
  await setUp();
  if (values.filter) {
    const projects = values.filter.map((name) => `--project=${name.replace(/^@anyio\//, "")}`);
    await run("vitest", ["run", ...projects, ...positionals]);
    return;
  }
  await step("format", "oxfmt", ["--check"]);
  await step("lint", "oxlint", []);
  await step("types", "turbo", ["run", "types", "types:workspace", "--output-logs=errors-only"]);
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

/**
 * Runs a step, and goes on to the next one when it fails: a person wants to see all that is wrong.
 *
 * @param {string} title
 * @param {string} command
 * @param {string[]} args
 */
async function step(title, command, args) {
  console.log(`\n== ${title}: ${command} ${args.join(" ")}`);
  try {
    await run(command, args);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    console.error(error.message);
    failed.push(title);
  }
}
