import { randomInt } from "node:crypto";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { resolve } from "node:path";
import { DiskMedium, openDescriptor } from "./disk-medium.js";
import type { Medium } from "./medium.js";
import { type PathLike, textOf } from "./path-like.js";
import { calling, codeOf } from "./system-call.js";

/** What something temporary is called, and where it is. */
export interface TemporaryOptions {
  /** How its name begins; "tmp" unless told. */
  readonly prefix?: string | undefined;
  /** How its name ends. */
  readonly suffix?: string | undefined;
  /** The directory that it is in: the system's for temporary files, unless told. */
  readonly dir?: PathLike | undefined;
}

/** A new name; somebody else may have it already. */
export type NameMaker = () => string;

/** @throws {TypeError} when an option is of another kind */
export function namesFor({ prefix = "tmp", suffix = "", dir = tmpdir() }: TemporaryOptions): NameMaker {
  for (const [name, value] of Object.entries({ prefix, suffix })) {
    if (typeof value === "string" && !/[/\\\0]/.test(value)) continue;
    throw new TypeError(`${name} must be a string that is part of a name, not ${JSON.stringify(value)}`);
  }
  // Absolute, so that closing finds it after a change of the working directory too.
  const directory = resolve(textOf(dir, "dir"));
  return () => resolve(directory, prefix + randomName() + suffix);
}

/** Makes something of a name that nobody has. */
export async function makeNew<T>(makeName: NameMaker, make: (path: string) => Promise<T>): Promise<[T, string]> {
  for (let attempts = 1; ; attempts++) {
    const path = makeName();
    try {
      return [await make(path), path];
    } catch (error) {
      if (codeOf(error) !== "EEXIST" || attempts === MOST_ATTEMPTS) throw error;
    }
  }
}

/** Opens a new file that only its owner may read. */
export function makeFile(makeName: NameMaker): Promise<[DiskMedium, string]> {
  return makeNew(makeName, (path) => openDescriptor(path, NEW, false, 0o600));
}

/** A new file without a name, or on a system that does not do that, one that loses it on closing. */
export async function makeNamelessFile(makeName: NameMaker): Promise<Medium> {
  const [medium, path] = await makeFile(makeName);
  try {
    await calling((done) => fs.unlink(path, done));
    return medium;
  } catch {
    return deletedOnClose(medium, path);
  }
}

/** The same file; closing removes its name. */
export function deletedOnClose(medium: DiskMedium, path: string): Medium {
  const close = async (): Promise<void> => {
    try {
      await DiskMedium.prototype.close.call(medium);
    } finally {
      await calling((done) => fs.unlink(path, done)).catch((error: unknown) => {
        // Somebody has moved or removed it.
        if (codeOf(error) !== "ENOENT") throw error;
      });
    }
  };
  return Object.assign(medium, { close });
}

const { O_CREAT, O_EXCL, O_RDWR } = fs.constants;
const NEW = O_RDWR | O_CREAT | O_EXCL;

const MOST_ATTEMPTS = 100;

const LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789_";

function randomName(): string {
  return Array.from({ length: 8 }, () => LETTERS[randomInt(LETTERS.length)]).join("");
}
