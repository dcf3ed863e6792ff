import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { immediate, quietly } from "@anyio/core/lowlevel";
import { AsyncFile } from "./async-file.js";
import { calling, change } from "./internal/system-call.js";
import { makeFile, makeNew, namesFor, type TemporaryOptions } from "./internal/temporary.js";
import type { View } from "./internal/view.js";
import { viewFor } from "./open-file.js";
import type { TemporaryFileOptions } from "./temporary-file.js";

/**
 * Makes a file to write and read that only its owner may open, and hands over the removing of it.
 *
 * **Cancellation:** in a cancelled scope nothing is made. Once it has begun, it is made, and the cancellation strikes at the next point.
 *
 * @returns the open file, and its path
 * @throws as `temporaryFile()` does
 * @example
 * const [file, path] = await mkstemp({ suffix: ".txt" });
 * await file.close();
 * await new Path(path).unlink();
 * path.endsWith(".txt"); // => true
 * @see anyio.mkstemp
 */
export function mkstemp(
  options: TemporaryFileOptions & { readonly encoding: string },
): Promise<[AsyncFile<string>, string]>;
export function mkstemp(
  options?: TemporaryFileOptions & { readonly encoding?: undefined },
): Promise<[AsyncFile, string]>;
export function mkstemp(
  options: TemporaryFileOptions = {},
): Promise<[AsyncFile<string>, string] | [AsyncFile, string]> {
  return quietly(makeStemp(options));
}

/**
 * Makes a directory that only its owner may use, and hands over the removing of it.
 *
 * **Cancellation:** as of {@link mkstemp}.
 *
 * @returns its path
 * @example
 * const path = await mkdtemp({ prefix: "work-" });
 * await new Path(path).rmdir();
 * new Path(path).name.startsWith("work-"); // => true
 * @see anyio.mkdtemp
 */
export function mkdtemp(options: TemporaryOptions = {}): Promise<string> {
  return quietly(makeDtemp(options));
}

/**
 * The directory in which temporary files are made.
 *
 * @example
 * await new Path(await gettempdir()).isDir(); // => true
 * @see anyio.gettempdir
 */
export function gettempdir(): Promise<string> {
  return immediate(tmpdir);
}

async function makeStemp(options: TemporaryFileOptions): Promise<[AsyncFile<string>, string]> {
  const makeView = viewFor(options, true);
  const makeName = namesFor(options);
  const [medium, path] = await change("a temporary file", () => makeFile(makeName));
  // Which of the two it is the compiler cannot tell from the options.
  return [new AsyncFile(path, medium, makeView(medium) as View<string>), path];
}

async function makeDtemp(options: TemporaryOptions): Promise<string> {
  const makeName = namesFor(options);
  const [, path] = await change("a temporary directory", () =>
    makeNew(makeName, (path) => calling((done) => fs.mkdir(path, 0o700, done))),
  );
  return path;
}
