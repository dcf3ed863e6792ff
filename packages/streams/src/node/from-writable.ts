import type { Writable } from "node:stream";
import { ByteSendStream } from "../byte-stream.js";
import { Lifeline } from "./lifeline.js";
import { checkWritable, isWritableOnly } from "./node-stream.js";
import { Writer } from "./writer.js";

/**
 * Makes a stream to send into of a Node.js `Writable` of bytes. A send waits until the bytes were handed over, so they
 * may be used again after it, and an error is thrown, as it is, by the send that it meets.
 *
 * Closing ends the `Writable`, and waits until everything is written; in a cancelled scope it destroys it. The reading
 * side of a `Duplex` stays. An error that loses what was sent, and that no send has thrown, is thrown by closing. The
 * adapter's `error` listener stays for good. The `Writable`'s own code is called in the scope in which the adapter was
 * made.
 *
 * @throws {TypeError} when `writable` is none, or is in object mode
 * @example
 * import { Writable } from "node:stream";
 *
 * const received: string[] = [];
 * const writable = new Writable({ write: (chunk, _, done) => done(void received.push(String(chunk))) });
 * const stream = fromWritable(writable);
 * await stream.send(new TextEncoder().encode("hello"));
 * await stream.close();
 * received; // => ["hello"]
 */
export function fromWritable(writable: Writable): ByteSendStream {
  checkWritable("writable", writable);
  return new WritableAdapter(writable);
}

class WritableAdapter extends ByteSendStream {
  readonly #lifeline: Lifeline;
  readonly #writer: Writer;

  constructor(writable: Writable) {
    super();
    this.#lifeline = new Lifeline(writable, isWritableOnly(writable));
    this.#writer = new Writer(writable, this.#lifeline, true);
  }

  override send(bytes: Uint8Array): Promise<void> {
    return this.#writer.send(bytes);
  }

  override close(): Promise<void> {
    return this.#lifeline.close();
  }
}
