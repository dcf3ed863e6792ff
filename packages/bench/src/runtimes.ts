import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { UsageError } from "./usage-error.js";

/** How a runtime is started on a program. */
export interface Runtime {
  readonly bin: string;
  readonly args: readonly string[];
}

type Engine = "node" | "bun" | "deno";

// The same for all contestants. A million tasks need room.
const V8_FLAGS = ["--expose-gc", "--max-old-space-size=8192"];

const ARGS: Record<Engine, readonly string[]> = {
  node: V8_FLAGS,
  bun: ["--expose-gc"],
  deno: ["run", "--allow-all", `--v8-flags=${V8_FLAGS.join(",")}`],
};

/** Where `npm run runtimes:install` puts them, from this package's `dist`. */
const INSTALLED: Record<string, { engine: Engine; path: string }> = {
  node22: { engine: "node", path: "node22/bin/node" },
  node24: { engine: "node", path: "node24/bin/node" },
  node26: { engine: "node", path: "node26/bin/node" },
  bun: { engine: "bun", path: "@oven/bun-linux-x64/bin/bun" },
  deno: { engine: "deno", path: "@deno/linux-x64-glibc/deno" },
};

/**
 * Finds a runtime by its short name or by the path of its program; without either, the one that runs this.
 *
 * @throws {UsageError} when it isn't there, with what to do about it
 */
export function findRuntime(name: string | undefined): Runtime {
  if (name === undefined || isThisNode(name)) return { bin: process.execPath, args: ARGS.node };
  const installed = INSTALLED[name];
  if (installed === undefined) return findByPath(name);
  const bin = fileURLToPath(new URL(`../../runtimes/node_modules/${installed.path}`, import.meta.url));
  if (!existsSync(bin)) throw new UsageError(`${name} is not installed; run \`npm run runtimes:install\``);
  return { bin, args: ARGS[installed.engine] };
}

function isThisNode(name: string): boolean {
  return process.release.name === "node" && name === `node${process.versions.node.split(".")[0]}`;
}

function findByPath(path: string): Runtime {
  if (!existsSync(path)) {
    throw new UsageError(
      `no runtime "${path}": it is neither a path nor one of node20, ${Object.keys(INSTALLED).join(", ")}`,
    );
  }
  const engine = (["bun", "deno"] as const).find((name) => path.endsWith(name)) ?? "node";
  return { bin: path, args: ARGS[engine] };
}
