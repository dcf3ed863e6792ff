import type { Duplex } from "node:stream";
import { ByteStream } from "../byte-stream.js";
import { Lifeline } from "./lifeline.js";
import { checkReadable, checkWritable } from "./node-stream.js";
import { Reader } from "./reader.js";
import { Writer } from "./writer.js";
import { DEFAULT_MAX_BYTES } from "../internal/checks.js";

/**
 * Makes a two-way stream of a Node.js `Duplex` of bytes, such as a socket: what {@link fromReadable} and
 * {@link fromWritable} do, over one stream. `sendEof()` ends the writing side, waits until all of it is written, and
 * receiving goes on; make sockets with `allowHalfOpen: true` for that to work the other way round. A connection that the
 * peer has reset is a `BrokenResourceError`, with the system's error as its cause.
 *
 * Closing ends the writing side, waits until everything is written, and destroys the stream; what comes in meanwhile is
 * dropped. In a cancelled scope it destroys it at once.
 *
 * @throws {TypeError} when `duplex` is none, is in object mode, or has an encoding
 * @example
 * import { PassThrough } from "node:stream";
 *
 * const stream = fromDuplex(new PassThrough());
 * await stream.send(new TextEncoder().encode("there and back"));
 * const bytes = await stream.receive();
 * await stream.close();
 * new TextDecoder().decode(bytes); // => "there and back"
 */
export function fromDuplex(duplex: Duplex): ByteStream {
  checkReadable("duplex", duplex);
  checkWritable("duplex", duplex);
  return new DuplexAdapter(duplex);
}

class DuplexAdapter extends ByteStream {
  readonly #lifeline: Lifeline;
  readonly #reader: Reader;
  readonly #writer: Writer;

  constructor(duplex: Duplex) {
    super();
    this.#lifeline = new Lifeline(duplex, true);
    this.#reader = new Reader(duplex, this.#lifeline);
    this.#writer = new Writer(duplex, this.#lifeline, false);
  }

  override receive(maxBytes = DEFAULT_MAX_BYTES): Promise<Uint8Array> {
    return this.#reader.receive(maxBytes);
  }

  override send(bytes: Uint8Array): Promise<void> {
    return this.#writer.send(bytes);
  }

  override sendEof(): Promise<void> {
    return this.#writer.sendEof();
  }

  override close(): Promise<void> {
    return this.#lifeline.close();
  }
}
