import * as fs from "node:fs";
import { isCancelled } from "@anyio/core";
import { noteClosed, noteOpened, PATH, quietly } from "@anyio/core/lowlevel";
import { calling, change, finish } from "./internal/system-call.js";
import { makeNew, namesFor, type TemporaryOptions } from "./internal/temporary.js";
import { Path } from "./path.js";

/** What {@link temporaryDirectory} takes. */
export interface TemporaryDirectoryOptions extends TemporaryOptions {
  /** Whether closing removes it; true unless told. */
  readonly delete?: boolean | undefined;
  /** Whether closing says nothing where something in it cannot be removed; false unless told. */
  readonly ignoreCleanupErrors?: boolean | undefined;
}

/** A directory that is gone, with all in it, when it is closed; {@link temporaryDirectory} makes it. It may stand where a path may. */
export class TemporaryDirectory implements AsyncDisposable {
  /** Its path as text. */
  readonly name: string;
  readonly path: Path;
  readonly #isDeleted: boolean;
  readonly #ignoresErrors: boolean;
  #removing: Promise<void> | undefined;

  /** @internal */
  constructor(name: string, options: TemporaryDirectoryOptions) {
    this.name = name;
    this.path = new Path(name);
    this.#isDeleted = options.delete ?? true;
    this.#ignoresErrors = options.ignoreCleanupErrors ?? false;
    noteOpened(this, `the temporary directory ${name}`);
  }

  /** @internal */
  get [PATH](): true {
    return true;
  }

  toString(): string {
    return this.name;
  }

  /**
   * Removes the directory and all in it; one that is gone already is as good.
   *
   * **Cancellation:** closing always closes, and waits until all is removed.
   *
   * @throws the system's error, where something in it cannot be removed
   */
  async close(): Promise<void> {
    if (this.#removing === undefined) noteClosed(this);
    this.#removing ??= this.#isDeleted ? remove(this.name) : Promise.resolve();
    try {
      await finish(`${this.name} to be removed`, this.#removing);
    } catch (error) {
      if (!this.#ignoresErrors || isCancelled(error)) throw error;
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/**
 * Makes a directory that only its owner may use, and that is gone when it is closed, with all in it.
 *
 * **Cancellation:** in a cancelled scope nothing is made. Once it has begun, it is made, and the cancellation strikes at the next point.
 *
 * @throws {TypeError} when an option is of another kind
 * @throws the system's error, with its `code`
 * @example
 * await using directory = await temporaryDirectory();
 * const file = directory.path.joinpath("greeting.txt");
 * await file.writeText("hello");
 * await file.readText(); // => "hello"
 * @see anyio.TemporaryDirectory
 */
export function temporaryDirectory(options: TemporaryDirectoryOptions = {}): Promise<TemporaryDirectory> {
  return quietly(make(options));
}

async function make(options: TemporaryDirectoryOptions): Promise<TemporaryDirectory> {
  const makeName = namesFor(options);
  const [, path] = await change("a temporary directory", () =>
    makeNew(makeName, (path) => calling((done) => fs.mkdir(path, 0o700, done))),
  );
  return new TemporaryDirectory(path, options);
}

function remove(path: string): Promise<void> {
  // Something may still be made in it meanwhile.
  return calling((done) => fs.rm(path, { recursive: true, force: true, maxRetries: 3, retryDelay: 20 }, done));
}
