import { quietly } from "@anyio/core/lowlevel";
import { AsyncFile } from "./async-file.js";
import { ByteWindow } from "./internal/byte-window.js";
import { BytesView } from "./internal/bytes-view.js";
import { openMedium } from "./internal/disk-medium.js";
import { encodingFor } from "./internal/encodings.js";
import { modeOf } from "./internal/flags.js";
import type { Medium } from "./internal/medium.js";
import { type PathLike, textOf } from "./internal/path-like.js";
import { type Newline, TextView } from "./internal/text-view.js";
import type { View } from "./internal/view.js";

/** How a file is read and written. */
export interface OpenFileOptions {
  /**
   * Makes it a file of text: `TextDecoder`'s labels of utf-8, utf-16 and the encodings with a byte for each character; to write, utf-8,
   * utf-16le or latin1. A byte order mark at the beginning is left out.
   */
  readonly encoding?: string | undefined;
  /**
   * How lines of text end: both with LF and with CRLF unless told, and what is written stays as it is. With `"\n"` only an LF ends a
   * line; with `"\r\n"` only a CRLF does, and each LF that is written becomes one.
   */
  readonly newline?: Newline | undefined;
}

/**
 * Opens a file: of text where an `encoding` is given, else of bytes. Close it, or declare it with `await using`.
 *
 * A file that is opened to append stands at its end, as in Python; seek to read what is before.
 *
 * **Cancellation:** in a cancelled scope nothing is opened. Once it has begun, the file is opened, and the cancellation strikes at the
 * next point; but where opening waits for somebody else, as a pipe's does, it stops waiting, and a late descriptor is closed.
 *
 * @param flags one of Node.js's strings: "r", "r+", "w", "wx", "a", …
 * @throws {TypeError} when `flags` is none of them, or `newline` is given without an encoding
 * @throws {RangeError} when the encoding is unknown, or cannot be done
 * @throws the system's error, with its `code`
 * @example
 * await using directory = await temporaryDirectory();
 * await using file = await openFile(directory.path.joinpath("notes"), "w+", { encoding: "utf-8" });
 * await file.write("one\ntwo\n");
 * await file.seek(0);
 * await file.readlines(); // => ["one", "two"]
 * @see anyio.open_file
 */
export function openFile(
  path: PathLike,
  flags: string | undefined,
  options: OpenFileOptions & { readonly encoding: string },
): Promise<AsyncFile<string>>;
export function openFile(
  path: PathLike,
  flags?: string,
  options?: OpenFileOptions & { readonly encoding?: undefined },
): Promise<AsyncFile>;
export function openFile(
  path: PathLike,
  flags?: string,
  options?: OpenFileOptions,
): Promise<AsyncFile<string> | AsyncFile>;
export function openFile(
  path: PathLike,
  flags = "r",
  options: OpenFileOptions = {},
): Promise<AsyncFile<string> | AsyncFile> {
  return quietly(open(path, flags, options));
}

async function open(path: PathLike, flags: string, options: OpenFileOptions) {
  const name = textOf(path);
  const mode = modeOf(flags);
  const makeView = viewFor(options, mode.isWritable);
  const medium = await openMedium(name, mode);
  return fileOf(name, medium, makeView(medium), mode.appends);
}

/** How a file's content is to be seen; wrong options are refused before anything is opened. */
export function viewFor(
  options: OpenFileOptions,
  isWritable: boolean,
): (medium: Medium) => View<string> | View<Uint8Array> {
  const { encoding, newline } = options;
  checkNewline(newline, encoding !== undefined);
  if (encoding === undefined) return (medium) => new BytesView(new ByteWindow(medium, true));
  const made = encodingFor(encoding, isWritable);
  return (medium) => new TextView(new ByteWindow(medium, false), made, newline);
}

export function checkNewline(newline: Newline | undefined, isText: boolean): void {
  if (newline === undefined) return;
  if (newline !== "\n" && newline !== "\r\n") {
    throw new TypeError(`newline must be "\\n" or "\\r\\n", not ${JSON.stringify(newline)}`);
  }
  if (!isText) throw new TypeError("newline is for text; give an encoding with it");
}

function fileOf(
  name: string,
  medium: Medium,
  view: View<string> | View<Uint8Array>,
  appends: boolean,
): AsyncFile<string> | AsyncFile {
  // Which of the two it is the compiler cannot tell from the options.
  return new AsyncFile(name, medium, view as View<string>, appends);
}
