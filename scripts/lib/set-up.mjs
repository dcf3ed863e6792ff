import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root, run } from "./run.mjs";
import { showing } from "./showing.mjs";
import { packages, readManifest } from "./workspace.mjs";

const stamp = join(root, "node_modules/.installed");

/**
 * Makes a fresh clone ready: installs the dependencies, then builds. Both are skipped where nothing has changed.
 *
 * @param {{ build?: string[] }} [options] turbo filters: what to build; everything by default
 */
export async function setUp(options = {}) {
  await install();
  const filters = (options.build ?? []).map((name) => `--filter=${name}`);
  await showing("Building", () => run("turbo", ["run", "build", ...filters], { quiet: true }));
}

/** Installs the dependencies where what asks for them has changed. */
export async function install() {
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === manifestsHash()) return;

  // A fresh machine has npm alone; npx brings pnpm until our own copy is there.
  const { packageManager } = readManifest(root);
  const args = ["--yes", `${packageManager}`, "install", "--config.confirmModulesPurge=false"];
  await showing("Installing dependencies", () => run("npx", args, { quiet: true }));
  // Read anew: installing may have brought the lockfile up to date.
  writeFileSync(stamp, manifestsHash());
}

function manifestsHash() {
  const hash = createHash("sha256").update(process.version);
  const files = ["package.json", "test/package.json", "pnpm-workspace.yaml", "pnpm-lock.yaml", ".pnpmfile.cjs"].map(
    (name) => join(root, name),
  );
  for (const file of [...files, ...packages().map(({ dir }) => join(dir, "package.json"))]) {
    hash.update(`\0${file}\0`).update(readFileSync(file));
  }
  return hash.digest("hex");
}
