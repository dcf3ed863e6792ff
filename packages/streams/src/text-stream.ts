import type { ExtraAttributes } from "@anyio/core";
import { checkpointIfCancelled, quietly } from "@anyio/core/lowlevel";
import type { ByteStream } from "./byte-stream.js";
import { TextSender } from "./internal/text-sender.js";
import { ObjectStream } from "./object-stream.js";
import { type TextReceiveOptions, TextReceiveStream } from "./text-receive-stream.js";

/** How text is received and sent: both in the same encoding. */
export type TextOptions = TextReceiveOptions;

/**
 * A two-way stream of text over one of bytes: a {@link TextReceiveStream} and a {@link TextSendStream} in one.
 *
 * @example
 * const [send, receive] = createMemoryObjectStream<Uint8Array>(1);
 * const echo = new TextStream(new StapledObjectStream(send, receive));
 * await echo.send("grüß dich");
 * await echo.receive(); // => "grüß dich"
 * @see anyio.streams.text.TextStream
 */
export class TextStream extends ObjectStream<string> {
  readonly #stream: ByteStream | ObjectStream<Uint8Array>;
  readonly #receiver: TextReceiveStream;
  readonly #sender: TextSender;

  /** @throws {RangeError} when `encoding` is none that text can be sent in */
  constructor(stream: ByteStream | ObjectStream<Uint8Array>, options: TextOptions = {}) {
    super();
    this.#stream = stream;
    this.#receiver = new TextReceiveStream(stream, options);
    this.#sender = new TextSender(stream, options.encoding);
  }

  override get extraAttributes(): ExtraAttributes {
    return this.#stream.extraAttributes;
  }

  /** Waits for text: see {@link TextReceiveStream.receive}. */
  override receive(): Promise<string> {
    return this.#receiver.receive();
  }

  /** Sends a text: see {@link TextSendStream.send}. */
  override send(text: string): Promise<void> {
    return this.#sender.send(text);
  }

  /**
   * Sends what was kept back, and tells the other side that nothing more will be sent; receiving goes on.
   *
   * **Cancellation:** in a cancelled scope it rejects, and sending goes on. While waiting, it ends that; call it again to send the end.
   */
  override sendEof(): Promise<void> {
    return quietly(this.#sendEof());
  }

  /** Sends what was kept back, and closes the wrapped stream. **Cancellation:** closing always closes. */
  override async close(): Promise<void> {
    try {
      await this.#sender.finish();
    } finally {
      await this.#receiver.close();
    }
  }

  async #sendEof(): Promise<void> {
    await checkpointIfCancelled();
    await this.#sender.end();
    await this.#stream.sendEof();
  }
}
