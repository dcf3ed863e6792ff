import { EndOfStreamError, type ExtraAttributes } from "@anyio/core";
import { immediate, quietly } from "@anyio/core/lowlevel";
import type { ByteReceiveStream } from "./byte-stream.js";
import { encodingOf } from "./internal/text-encoding.js";
import { ObjectReceiveStream } from "./object-stream.js";

/** How received bytes are read. */
export interface TextReceiveOptions {
  /** A label of `TextDecoder`'s; "utf-8" unless told. */
  readonly encoding?: string;
  /** Whether bytes that are no text are an error; U+FFFD stands for them if not. True unless told. */
  readonly fatal?: boolean;
}

/**
 * Receives text from a stream of bytes, however its characters are divided among the pieces. It hands over what there is, never an empty
 * text; a byte order mark at the beginning is left out. It closes the wrapped stream with itself.
 *
 * Labels are the web's: as "latin1" it reads what the web does, windows-1252.
 *
 * @example
 * const [send, receive] = createMemoryObjectStream<Uint8Array>(3);
 * for (const byte of new TextEncoder().encode("€")) await send.send(Uint8Array.of(byte));
 * await new TextReceiveStream(receive).receive(); // => "€"
 * @see anyio.streams.text.TextReceiveStream
 */
export class TextReceiveStream extends ObjectReceiveStream<string> {
  readonly #source: ByteReceiveStream | ObjectReceiveStream<Uint8Array>;
  readonly #decoder: InstanceType<typeof TextDecoder>;
  #failure: Error | undefined = undefined;

  /** @throws {RangeError} when `encoding` is no label of `TextDecoder`'s */
  constructor(source: ByteReceiveStream | ObjectReceiveStream<Uint8Array>, options: TextReceiveOptions = {}) {
    super();
    const { encoding = "utf-8", fatal = true } = options;
    this.#source = source;
    this.#decoder = new TextDecoder(encodingOf(encoding), { fatal });
  }

  override get extraAttributes(): ExtraAttributes {
    return this.#source.extraAttributes;
  }

  /**
   * Waits for text.
   *
   * **Cancellation:** loses nothing.
   *
   * @throws {TypeError} when the bytes are no text in the encoding, one cut off by the end included; from then on nothing
   *   more can be received
   * @throws as the wrapped stream does
   */
  override receive(): Promise<string> {
    return this.#failure === undefined ? quietly(this.#receive()) : immediate(() => this.#decode());
  }

  /** Closes the wrapped stream. **Cancellation:** closing always closes. */
  override async close(): Promise<void> {
    this.#failure = undefined;
    await this.#source.close();
  }

  async #receive(): Promise<string> {
    for (;;) {
      let bytes: Uint8Array;
      try {
        bytes = await this.#source.receive();
      } catch (error) {
        // Of a character that was cut off there is something to say first.
        const rest = error instanceof EndOfStreamError ? this.#decode() : "";
        if (rest !== "") return rest;
        throw error;
      }
      const text = this.#decode(bytes);
      if (text !== "") return text;
    }
  }

  #decode(bytes?: Uint8Array): string {
    try {
      if (this.#failure !== undefined) throw this.#failure;
      return this.#decoder.decode(bytes, { stream: bytes !== undefined });
    } catch (cause) {
      this.#failure = cause as Error;
      throw new TypeError(`what was received is not ${this.#decoder.encoding}; see the encoding and fatal options`, {
        cause,
      });
    }
  }
}
