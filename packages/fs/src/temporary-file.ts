import { quietly } from "@anyio/core/lowlevel";
import { AsyncFile } from "./async-file.js";
import type { Medium } from "./internal/medium.js";
import { change } from "./internal/system-call.js";
import { deletedOnClose, makeFile, makeNamelessFile, namesFor, type TemporaryOptions } from "./internal/temporary.js";
import type { View } from "./internal/view.js";
import { type OpenFileOptions, viewFor } from "./open-file.js";

/** What a temporary file is called, where it is, and what is in it: bytes unless an `encoding` is given. */
export interface TemporaryFileOptions extends TemporaryOptions, OpenFileOptions {}

/** What {@link namedTemporaryFile} takes. */
export interface NamedTemporaryFileOptions extends TemporaryFileOptions {
  /** Whether closing removes it; true unless told. */
  readonly delete?: boolean | undefined;
}

/** Options of a file of text. */
type Text = { readonly encoding: string };
/** Options of a file of bytes. */
type Bytes = { readonly encoding?: undefined };

/**
 * Makes a file to write and read that has no name, and that is gone when it is closed, or when the program ends in any way.
 *
 * **Cancellation:** in a cancelled scope nothing is made. Once it has begun, the file is made, and the cancellation strikes at the next point.
 *
 * @throws {TypeError} when an option is of another kind
 * @throws {RangeError} when the encoding is unknown, or cannot be done
 * @throws the system's error, with its `code`
 * @example
 * await using file = await temporaryFile({ encoding: "utf-8" });
 * await file.write("hello");
 * await file.seek(0);
 * await file.read(); // => "hello"
 * @see anyio.TemporaryFile
 */
export function temporaryFile(options: TemporaryFileOptions & Text): Promise<AsyncFile<string>>;
export function temporaryFile(options?: TemporaryFileOptions & Bytes): Promise<AsyncFile>;
export function temporaryFile(options: TemporaryFileOptions = {}): Promise<AsyncFile<string> | AsyncFile> {
  return quietly(makeTemporary(options));
}

/**
 * Makes a file to write and read, which only its owner may open, and that is gone when it is closed. Its path is its `name`.
 *
 * **Cancellation:** as of {@link temporaryFile}.
 *
 * @throws as {@link temporaryFile} does
 * @example
 * await using file = await namedTemporaryFile({ suffix: ".log" });
 * await new Path(file.name).exists(); // => true
 * @see anyio.NamedTemporaryFile
 */
export function namedTemporaryFile(options: NamedTemporaryFileOptions & Text): Promise<AsyncFile<string>>;
export function namedTemporaryFile(options?: NamedTemporaryFileOptions & Bytes): Promise<AsyncFile>;
export function namedTemporaryFile(options: NamedTemporaryFileOptions = {}): Promise<AsyncFile<string> | AsyncFile> {
  return quietly(makeNamed(options));
}

async function makeTemporary(options: TemporaryFileOptions) {
  const makeView = viewFor(options, true);
  const makeName = namesFor(options);
  const medium = await change("a temporary file", () => makeNamelessFile(makeName));
  return fileOf("a temporary file", medium, makeView(medium));
}

async function makeNamed(options: NamedTemporaryFileOptions) {
  const { delete: isDeleted = true } = options;
  const makeView = viewFor(options, true);
  const makeName = namesFor(options);
  const [medium, path] = await change("a temporary file", () => makeFile(makeName));
  return fileOf(path, isDeleted ? deletedOnClose(medium, path) : medium, makeView(medium));
}

function fileOf(name: string, medium: Medium, view: View<string> | View<Uint8Array>): AsyncFile<string> {
  // Which of the two it is the compiler cannot tell from the options.
  return new AsyncFile(name, medium, view as View<string>);
}
