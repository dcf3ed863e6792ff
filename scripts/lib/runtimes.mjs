import { existsSync } from "node:fs";
import { join } from "node:path";
import { root, run } from "./run.mjs";

const dir = join(root, "packages/runtimes");
const installed = join(dir, "node_modules");

/**
 * @typedef {object} Runtime
 * @property {string} id what `--only` takes
 * @property {string} is what the runtime must say of itself, as `test/support/setup.ts` puts it
 * @property {string} bin
 * @property {string[]} args what goes before the program
 */

/** The Node that runs this script comes first: it is the one a contributor has. @type {Runtime[]} */
export const runtimes = [
  { id: "node", is: `node ${process.versions.node}`, bin: process.execPath, args: [] },
  { id: "node22", is: "node 22.", bin: join(installed, "node22/bin/node"), args: [] },
  { id: "node24", is: "node 24.", bin: join(installed, "node24/bin/node"), args: [] },
  { id: "node26", is: "node 26.", bin: join(installed, "node26/bin/node"), args: [] },
  { id: "bun", is: "bun 1.", bin: join(installed, "@oven/bun-linux-x64/bin/bun"), args: ["--bun"] },
  { id: "deno", is: "deno 2.", bin: join(installed, "@deno/linux-x64-glibc/deno"), args: ["run", "-A"] },
];

/** Installs what is missing of `wanted`. @param {Runtime[]} wanted */
export async function installRuntimes(wanted = runtimes) {
  if (wanted.every(({ bin }) => existsSync(bin))) return;
  console.error("Installing the runtimes (some 600 MB) …");
  await run("pnpm", ["install", "--frozen-lockfile"], { cwd: dir, quiet: true });
  const missing = wanted.filter(({ bin }) => !existsSync(bin)).map(({ id }) => id);
  if (missing.length > 0)
    throw new Error(`not to be had on ${process.platform}-${process.arch}: ${missing.join(", ")}`);
}
