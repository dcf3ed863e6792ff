import { checkpoint, quietly } from "@anyio/core/lowlevel";
import { AsyncFile } from "./async-file.js";
import { SpoolMedium } from "./internal/spool-medium.js";
import { makeNamelessFile, namesFor } from "./internal/temporary.js";
import type { View } from "./internal/view.js";
import { viewFor } from "./open-file.js";
import type { TemporaryFileOptions } from "./temporary-file.js";

/** What {@link spooledTemporaryFile} takes. */
export interface SpooledTemporaryFileOptions extends TemporaryFileOptions {
  /** How many bytes may be in memory; 0, unless told, and Infinity for no limit. */
  readonly maxSize?: number | undefined;
}

/** A temporary file that is in memory as long as it is small; {@link spooledTemporaryFile} makes it. */
export class SpooledTemporaryFile<T extends string | Uint8Array = Uint8Array> extends AsyncFile<T> {
  readonly #medium: SpoolMedium;

  /** @internal */
  constructor(medium: SpoolMedium, view: View<T>) {
    super("a spooled temporary file", medium, view);
    this.#medium = medium;
  }

  /** Whether it is on disk. */
  get rolled(): boolean {
    return !this.#medium.isInMemory;
  }

  /**
   * Moves what is in memory to disk, in its turn. On disk already, it does nothing.
   *
   * **Cancellation:** once begun it is completed. Where it fails, all is still in memory.
   */
  rollover(): Promise<void> {
    return this.perform("rolling over", () => this.#medium.rollOver());
  }
}

/**
 * Makes a temporary file that is in memory until it would have more than `maxSize` bytes, and then a file on disk that has no name. It is
 * gone when it is closed.
 *
 * **Cancellation:** in a cancelled scope nothing is made. An operation in which it moves to disk is completed once begun.
 *
 * @throws {RangeError} when `maxSize` is no whole number from 0 on, nor Infinity
 * @throws as `temporaryFile()` does, but the system's errors come when it moves to disk
 * @example
 * await using file = await spooledTemporaryFile({ maxSize: 4, encoding: "utf-8" });
 * await file.write("four");
 * const before = file.rolled;
 * await file.write("five");
 * [before, file.rolled]; // => [false, true]
 * @see anyio.SpooledTemporaryFile
 */
export function spooledTemporaryFile(
  options: SpooledTemporaryFileOptions & { readonly encoding: string },
): Promise<SpooledTemporaryFile<string>>;
export function spooledTemporaryFile(
  options?: SpooledTemporaryFileOptions & { readonly encoding?: undefined },
): Promise<SpooledTemporaryFile>;
export function spooledTemporaryFile(
  options: SpooledTemporaryFileOptions = {},
): Promise<SpooledTemporaryFile<string> | SpooledTemporaryFile> {
  return quietly(make(options));
}

async function make(options: SpooledTemporaryFileOptions) {
  const { maxSize = 0 } = options;
  if (!(maxSize >= 0) || (maxSize !== Infinity && !Number.isSafeInteger(maxSize))) {
    throw new RangeError(`maxSize must be a whole number from 0 on, or Infinity, not ${String(maxSize)}`);
  }
  const makeView = viewFor(options, true);
  const makeName = namesFor(options);
  await checkpoint();
  const medium = new SpoolMedium(maxSize === 0 ? Infinity : maxSize, () => makeNamelessFile(makeName));
  return new SpooledTemporaryFile(medium, makeView(medium) as View<string>);
}
