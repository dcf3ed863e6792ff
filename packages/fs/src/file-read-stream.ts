import { BusyResourceError, EndOfStreamError, type ExtraAttributes } from "@anyio/core";
import { immediate, quietly } from "@anyio/core/lowlevel";
import { ByteReceiveStream } from "@anyio/streams";
import type { AsyncFile, Whence } from "./async-file.js";
import { asBroken } from "./internal/broken.js";
import { attributesOf } from "./internal/file-attributes.js";
import type { PathLike } from "./internal/path-like.js";
import { openFile } from "./open-file.js";

/**
 * A stream of the bytes of a file. It closes the file with itself.
 *
 * @example
 * await using directory = await temporaryDirectory();
 * const path = directory.path.joinpath("log");
 * await path.writeText("one\ntwo\n");
 * await using stream = await FileReadStream.fromPath(path);
 * new TextDecoder().decode(await stream.receive()); // => "one\ntwo\n"
 * @see anyio.streams.file.FileReadStream
 */
export class FileReadStream extends ByteReceiveStream {
  readonly #file: AsyncFile;
  #isReceiving = false;

  /** @param file opened for reading, without an encoding */
  constructor(file: AsyncFile) {
    super();
    this.#file = file;
  }

  /**
   * Opens a file to receive its bytes.
   *
   * **Cancellation:** as of `openFile()`.
   *
   * @throws the system's error, with its `code`
   */
  static fromPath(path: PathLike): Promise<FileReadStream> {
    return quietly(openFile(path).then((file) => new this(file)));
  }

  override get extraAttributes(): ExtraAttributes {
    return attributesOf(this.#file);
  }

  /**
   * Receives bytes from where the file stands: one at least, `maxBytes` at most.
   *
   * **Cancellation:** loses no byte.
   *
   * @param maxBytes 65,536 unless told
   * @throws {EndOfStreamError} at the end of the file; should it grow, more can be received
   * @throws {ClosedResourceError} when the stream was closed, before or meanwhile
   * @throws {BrokenResourceError} when the file cannot be read; its `cause` is the system's error
   * @throws {BusyResourceError} when another `receive` is waiting
   * @throws {RangeError} when `maxBytes` is not a positive integer
   */
  override receive(maxBytes = 65_536): Promise<Uint8Array> {
    if (!Number.isSafeInteger(maxBytes) || maxBytes < 1) {
      return Promise.reject(new RangeError(`maxBytes must be a positive integer, not ${String(maxBytes)}`));
    }
    if (this.#isReceiving) return immediate(refuse);
    this.#isReceiving = true;
    return quietly(this.#receive(maxBytes));
  }

  /** Goes to another position of the file; see `AsyncFile.seek`. */
  seek(offset: number, whence?: Whence): Promise<number> {
    return this.#file.seek(offset, whence);
  }

  /** The position in the file, in bytes. */
  tell(): Promise<number> {
    return this.#file.tell();
  }

  /** Closes the file; whoever waits gets a `ClosedResourceError`, unless what it waits for has begun. **Cancellation:** closing always closes. */
  override close(): Promise<void> {
    return this.#file.close();
  }

  async #receive(maxBytes: number): Promise<Uint8Array> {
    try {
      const bytes = await this.#file.read1(maxBytes);
      if (bytes.length === 0) throw new EndOfStreamError();
      return bytes;
    } catch (error) {
      throw asBroken(error);
    } finally {
      this.#isReceiving = false;
    }
  }
}

function refuse(): never {
  throw new BusyResourceError("another task is already receiving from this file; let one task own the stream");
}
