import type { ExtraAttributes } from "@anyio/core";
import { BufferedByteReceiveStream } from "./buffered-byte-receive-stream.js";
import { ByteStream } from "./byte-stream.js";
import { ObjectByteStream } from "./internal/object-byte-stream.js";
import { ObjectStream } from "./object-stream.js";

/**
 * A two-way stream whose receiving side is a {@link BufferedByteReceiveStream}. Around a stream of objects, each of them bytes,
 * it makes a stream of bytes.
 *
 * @example
 * const [toServer, fromClient] = createMemoryObjectStream<Uint8Array>(10);
 * const [toClient, fromServer] = createMemoryObjectStream<Uint8Array>(10);
 * const client = new BufferedByteStream(new StapledObjectStream(toServer, fromServer));
 * const server = new BufferedByteStream(new StapledObjectStream(toClient, fromClient));
 * await client.send(new TextEncoder().encode("hello\n"));
 * await server.send(await server.receiveUntil("\n", 1024));
 * new TextDecoder().decode(await client.receiveExactly(5)); // => "hello"
 * @see anyio.streams.buffered.BufferedByteStream
 */
export class BufferedByteStream extends ByteStream {
  readonly #stream: ByteStream;
  readonly #receiver: BufferedByteReceiveStream;

  constructor(stream: ByteStream | ObjectStream<Uint8Array>) {
    super();
    this.#stream = stream instanceof ObjectStream ? new ObjectByteStream(stream) : stream;
    this.#receiver = new BufferedByteReceiveStream(this.#stream);
  }

  /** A copy of the bytes that have come and were not received yet. */
  get buffer(): Uint8Array {
    return this.#receiver.buffer;
  }

  override get extraAttributes(): ExtraAttributes {
    return this.#stream.extraAttributes;
  }

  /** Puts a copy of `bytes` behind those in the buffer: see {@link BufferedByteReceiveStream.feedData}. */
  feedData(bytes: Uint8Array): void {
    this.#receiver.feedData(bytes);
  }

  override receive(maxBytes?: number): Promise<Uint8Array> {
    return this.#receiver.receive(maxBytes);
  }

  /** Waits for exactly `count` bytes: see {@link BufferedByteReceiveStream.receiveExactly}. */
  receiveExactly(count: number): Promise<Uint8Array> {
    return this.#receiver.receiveExactly(count);
  }

  /** Waits for a delimiter, and takes it and all bytes before it: see {@link BufferedByteReceiveStream.receiveUntil}. */
  receiveUntil(delimiter: Uint8Array | string, maxBytes: number): Promise<Uint8Array> {
    return this.#receiver.receiveUntil(delimiter, maxBytes);
  }

  override send(bytes: Uint8Array): Promise<void> {
    return this.#stream.send(bytes);
  }

  override sendEof(): Promise<void> {
    return this.#stream.sendEof();
  }

  /** Closes the wrapped stream; what is in the buffer is dropped. **Cancellation:** closing always closes. */
  override close(): Promise<void> {
    return this.#receiver.close();
  }
}
