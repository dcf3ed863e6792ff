import type { ExtraAttributes } from "@anyio/core";
import { type ByteReceiveStream, type ByteSendStream, ByteStream } from "./byte-stream.js";
import { closeAll, closeUnlessCancelled } from "./internal/closing.js";

/**
 * Makes a two-way stream of bytes out of two one-way streams. It closes both with itself, also where closing one of them fails.
 *
 * @example
 * const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
 * const echo = new StapledByteStream(fromWebWritable(writable), fromWebReadable(readable));
 * const [bytes] = await Promise.all([echo.receive(), echo.send(Uint8Array.of(1, 2, 3))]);
 * bytes; // => Uint8Array.of(1, 2, 3)
 * @see anyio.streams.stapled.StapledByteStream
 */
export class StapledByteStream extends ByteStream {
  constructor(
    readonly sendStream: ByteSendStream,
    readonly receiveStream: ByteReceiveStream,
  ) {
    super();
  }

  /** The attributes of both; where both know one, the receiving side's. */
  override get extraAttributes(): ExtraAttributes {
    return new Map([...this.sendStream.extraAttributes, ...this.receiveStream.extraAttributes]);
  }

  override receive(maxBytes?: number): Promise<Uint8Array> {
    return this.receiveStream.receive(maxBytes);
  }

  override send(bytes: Uint8Array): Promise<void> {
    return this.sendStream.send(bytes);
  }

  /**
   * Closes the sending side; receiving goes on.
   *
   * **Cancellation:** in a cancelled scope it rejects, and nothing is closed. Once begun, it closes, without waiting then.
   */
  override sendEof(): Promise<void> {
    return closeUnlessCancelled(this.sendStream);
  }

  /**
   * Closes both sides. **Cancellation:** closing always closes.
   *
   * @throws what closing one of them throws, or an `ExceptionGroup` where both throw
   */
  override close(): Promise<void> {
    return closeAll([this.sendStream, this.receiveStream]);
  }
}
