import { BusyResourceError, type ExtraAttributes } from "@anyio/core";
import { immediate, quietly } from "@anyio/core/lowlevel";
import { ByteSendStream } from "@anyio/streams";
import type { AsyncFile, Whence } from "./async-file.js";
import { asBroken } from "./internal/broken.js";
import { attributesOf } from "./internal/file-attributes.js";
import type { PathLike } from "./internal/path-like.js";
import { openFile } from "./open-file.js";

/**
 * A stream of bytes into a file. It closes the file with itself.
 *
 * @example
 * await using directory = await temporaryDirectory();
 * const path = directory.path.joinpath("log");
 * const stream = await FileWriteStream.fromPath(path, { append: true });
 * await stream.send(new TextEncoder().encode("one\n"));
 * await stream.close();
 * await path.readText(); // => "one\n"
 * @see anyio.streams.file.FileWriteStream
 */
export class FileWriteStream extends ByteSendStream {
  readonly #file: AsyncFile;
  #isSending = false;

  /** @param file opened for writing, without an encoding */
  constructor(file: AsyncFile) {
    super();
    this.#file = file;
  }

  /**
   * Opens a file to send bytes into.
   *
   * **Cancellation:** as of `openFile()`.
   *
   * @param options `append`: whether what is there stays; it is overwritten unless told
   * @throws the system's error, with its `code`
   */
  static fromPath(path: PathLike, options: { append?: boolean | undefined } = {}): Promise<FileWriteStream> {
    return quietly(openFile(path, options.append ? "a" : "w").then((file) => new this(file)));
  }

  override get extraAttributes(): ExtraAttributes {
    return attributesOf(this.#file);
  }

  /**
   * Writes all of `bytes`; when it resolves, the system has them.
   *
   * **Cancellation:** once begun, all is written, and the cancellation strikes at the next point; into a pipe or a terminal, only the
   * waiting ends.
   *
   * @throws {ClosedResourceError} when the stream was closed
   * @throws {BrokenResourceError} when the file cannot be written; its `cause` is the system's error
   * @throws {BusyResourceError} when another `send` is waiting
   * @throws {TypeError} when `bytes` is no Uint8Array
   */
  override send(bytes: Uint8Array): Promise<void> {
    if (!(bytes instanceof Uint8Array)) {
      return Promise.reject(new TypeError(`bytes must be a Uint8Array, not ${typeof bytes}`));
    }
    if (this.#isSending) return immediate(refuse);
    this.#isSending = true;
    return quietly(this.#send(bytes));
  }

  /** Goes to another position of the file; see `AsyncFile.seek`. */
  seek(offset: number, whence?: Whence): Promise<number> {
    return this.#file.seek(offset, whence);
  }

  /** The position in the file, in bytes. */
  tell(): Promise<number> {
    return this.#file.tell();
  }

  /** Closes the file, once what was sent is written. **Cancellation:** closing always closes. */
  override close(): Promise<void> {
    return this.#file.close();
  }

  async #send(bytes: Uint8Array): Promise<void> {
    try {
      await this.#file.write(bytes);
    } catch (error) {
      throw asBroken(error);
    } finally {
      this.#isSending = false;
    }
  }
}

function refuse(): never {
  throw new BusyResourceError("another task is already sending into this file; let one task own the stream");
}
