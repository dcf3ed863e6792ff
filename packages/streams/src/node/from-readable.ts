import type { Readable } from "node:stream";
import { ByteReceiveStream } from "../byte-stream.js";
import { Lifeline } from "./lifeline.js";
import { checkReadable } from "./node-stream.js";
import { Reader } from "./reader.js";
import { DEFAULT_MAX_BYTES } from "../internal/checks.js";

/**
 * Makes a stream to receive from of a Node.js `Readable` of bytes. It is read as it is received from: a reader that stops
 * stops the source. Its error is thrown as it is, after what came before it; one that is destroyed without an error
 * before its end is a `BrokenResourceError`.
 *
 * Closing destroys the `Readable`, and waits for its "close". The adapter's `error` listener stays for good, so a late
 * error never ends the process. The `Readable`'s own code is called in the scope in which the adapter was made.
 *
 * @throws {TypeError} when `readable` is none, is in object mode, or has an encoding
 * @example
 * import { Readable } from "node:stream";
 *
 * const stream = fromReadable(Readable.from([Buffer.from("hello")], { objectMode: false }));
 * const bytes = await stream.receive();
 * await stream.close();
 * new TextDecoder().decode(bytes); // => "hello"
 */
export function fromReadable(readable: Readable): ByteReceiveStream {
  checkReadable("readable", readable);
  return new ReadableAdapter(readable);
}

class ReadableAdapter extends ByteReceiveStream {
  readonly #lifeline: Lifeline;
  readonly #reader: Reader;

  constructor(readable: Readable) {
    super();
    this.#lifeline = new Lifeline(readable, true);
    this.#reader = new Reader(readable, this.#lifeline);
  }

  override receive(maxBytes = DEFAULT_MAX_BYTES): Promise<Uint8Array> {
    return this.#reader.receive(maxBytes);
  }

  override close(): Promise<void> {
    return this.#lifeline.close();
  }
}
