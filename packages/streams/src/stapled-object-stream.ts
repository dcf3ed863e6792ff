import type { ExtraAttributes } from "@anyio/core";
import { closeAll, closeUnlessCancelled } from "./internal/closing.js";
import { type ObjectReceiveStream, type ObjectSendStream, ObjectStream } from "./object-stream.js";

/**
 * Makes a two-way stream of objects out of two one-way streams. It closes both with itself, also where closing one of them fails.
 *
 * @example
 * const [send, receive] = createMemoryObjectStream<string>(1);
 * await using echo = new StapledObjectStream(send, receive);
 * await echo.send("hello");
 * await echo.receive(); // => "hello"
 * @see anyio.streams.stapled.StapledObjectStream
 */
export class StapledObjectStream<T> extends ObjectStream<T> {
  constructor(
    readonly sendStream: ObjectSendStream<T>,
    readonly receiveStream: ObjectReceiveStream<T>,
  ) {
    super();
  }

  /** The attributes of both; where both know one, the receiving side's. */
  override get extraAttributes(): ExtraAttributes {
    return new Map([...this.sendStream.extraAttributes, ...this.receiveStream.extraAttributes]);
  }

  override receive(): Promise<T> {
    return this.receiveStream.receive();
  }

  override send(item: T): Promise<void> {
    return this.sendStream.send(item);
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
