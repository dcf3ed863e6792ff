import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { sleep } from "@anyio/core";
import { worker } from "@anyio/threads";
import { afterAll } from "vitest";
import { programTexts } from "../../../../programs.base.js";

/** The module of fixtures as something that every runtime can load: what runs in a thread is not what vitest has transformed. */
export const MODULE: URL = await built("work");
export const work = worker<typeof import("../fixtures/work.js")>(MODULE);

/** Memory that a thread says something with. */
export function flag(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(4));
}

/** Waits until a thread has raised a flag. */
export async function raised(flag: Int32Array): Promise<void> {
  while (Atomics.load(flag, 0) === 0) await sleep(1);
}

/** Raises a flag that a thread waits for. */
export function raise(flag: Int32Array): void {
  Atomics.store(flag, 0, 1);
  Atomics.notify(flag, 0);
}

/** Builds a module of fixtures, for as long as the file of tests runs. */
export async function built(name: string): Promise<URL> {
  const directory = mkdtempSync(join(tmpdir(), "anyio-threads-"));
  afterAll(() => rmSync(directory, { recursive: true }));
  const outfile = join(directory, `${name}.mjs`);
  const conditions = process.env["ANYIO_TEST_BUILT"] === "1" ? [] : ["@anyio/source"];
  const entry = fileURLToPath(new URL(`../fixtures/${name}.ts`, import.meta.url));
  const plugins = [programTexts()];
  await build({ entryPoints: [entry], outfile, bundle: true, format: "esm", platform: "node", conditions, plugins });
  return pathToFileURL(outfile);
}
