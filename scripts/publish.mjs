// `npm run release:publish`: packs every package whose version the registry does not have yet, and publishes it, with its provenance. It is
// meant for a workflow that may speak for the repository (OIDC, "trusted publishing"); no token is kept anywhere.
//   -- @anyio/core …     these packages, and no others
//   -- --dry-run         packs and checks, and asks the registry nothing
//   -- --no-provenance   for a registry that has none
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { CommandError, main, run } from "./lib/run.mjs";
import { setUp } from "./lib/set-up.mjs";
import { inOrder, publishedPackages } from "./lib/workspace.mjs";

/** What a package's version is before `changeset version` has given it the first one. */
const UNRELEASED = "0.0.0";

const { values, positionals } = parseArgs({
  options: { "dry-run": { type: "boolean", default: false }, provenance: { type: "boolean", default: true } },
  allowNegative: true,
  allowPositionals: true,
});
const isDryRun = values["dry-run"];

await main(async () => {
  const packages = inOrder(publishedPackages()).filter(({ manifest }) => isWanted(manifest.name));
  await setUp({ build: packages.map(({ manifest }) => manifest.name) });
  for (const each of packages) await publish(each);
});

/** @param {string} name */
function isWanted(name) {
  return positionals.length === 0 || positionals.includes(name);
}

/** @param {import("./lib/workspace.mjs").Package} each */
async function publish({ dir, manifest: { name, version } }) {
  if (version === UNRELEASED) return console.log(`${name}: no version yet`);
  if (!isDryRun && (await isThere(`${name}@${version}`))) return console.log(`${name}@${version}: is there already`);

  const place = mkdtempSync(join(tmpdir(), "anyio-publish-"));
  try {
    // By pnpm, which puts versions for "workspace:^"; npm then knows about provenance.
    await run("pnpm", ["pack", "--pack-destination", place], { cwd: dir, quiet: true });
    const [tarball = ""] = readdirSync(place);
    await run("npm", ["publish", join(place, tarball), "--access=public", ...options()], { cwd: place, quiet: true });
    console.log(`${name}@${version}: ${isDryRun ? "would be published" : "published"}`);
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

/** @returns {string[]} */
function options() {
  const provenance = values.provenance ? ["--provenance"] : [];
  // `--offline`: even a dry run would ask which versions there are.
  return isDryRun ? [...provenance, "--dry-run", "--offline"] : provenance;
}

/** Whether the registry has a package in that version. @param {string} spec */
async function isThere(spec) {
  try {
    return (await run("npm", ["view", spec, "name"], { quiet: true })) !== "";
  } catch (error) {
    if (error instanceof CommandError && error.output.includes("E404")) return false;
    throw error;
  }
}
