import type { ExtraAttributes } from "@anyio/core";
import type { ByteSendStream } from "./byte-stream.js";
import { TextSender } from "./internal/text-sender.js";
import { ObjectSendStream } from "./object-stream.js";

/** How sent text is written. */
export interface TextSendOptions {
  /** Any label of `TextDecoder`'s for utf-8, utf-16le or latin1; "utf-8" unless told. */
  readonly encoding?: string;
}

/**
 * Sends text into a stream of bytes. It closes the wrapped stream with itself.
 *
 * Text may be divided anywhere: one half of a surrogate pair at the end of a text is kept back until the next one brings
 * the other. U+FFFD is sent for a half that is alone, also at the end of the stream. An empty text sends nothing.
 *
 * @example
 * const [send, receive] = createMemoryObjectStream<Uint8Array>(1);
 * await new TextSendStream(send, { encoding: "utf-16le" }).send("hé");
 * await receive.receive(); // => Uint8Array.of(0x68, 0, 0xe9, 0)
 * @see anyio.streams.text.TextSendStream
 */
export class TextSendStream extends ObjectSendStream<string> {
  readonly #sink: ByteSendStream | ObjectSendStream<Uint8Array>;
  readonly #sender: TextSender;

  /** @throws {RangeError} when text cannot be sent in that encoding */
  constructor(sink: ByteSendStream | ObjectSendStream<Uint8Array>, options: TextSendOptions = {}) {
    super();
    this.#sink = sink;
    this.#sender = new TextSender(sink, options.encoding);
  }

  override get extraAttributes(): ExtraAttributes {
    return this.#sink.extraAttributes;
  }

  /**
   * Sends a text, and waits where the other side is slower.
   *
   * **Cancellation:** as that of the wrapped stream's `send`: bytes are sent all the same, an object is withdrawn.
   *
   * @throws {TypeError} when `text` is no string
   * @throws {RangeError} when the encoding has no bytes for a character; nothing is sent then
   * @throws as the wrapped stream does
   */
  override send(text: string): Promise<void> {
    return this.#sender.send(text);
  }

  /** Sends what was kept back, and closes the wrapped stream. **Cancellation:** closing always closes. */
  override async close(): Promise<void> {
    try {
      await this.#sender.finish();
    } finally {
      await this.#sink.close();
    }
  }
}
