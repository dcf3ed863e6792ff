import { TypedAttributeProvider } from "@anyio/core";
import { ReceiveIterator } from "./internal/receive-iterator.js";

/**
 * Something that bytes come from. Iterating over it receives until the end, and does not close it.
 *
 * @see anyio.abc.ByteReceiveStream
 */
export abstract class ByteReceiveStream
  extends TypedAttributeProvider
  implements AsyncIterable<Uint8Array>, AsyncDisposable
{
  /**
   * Waits for bytes and takes as many as there are: one at least, `maxBytes` at most.
   *
   * **Cancellation:** loses no byte.
   *
   * @param maxBytes 65,536 unless told
   * @throws {EndOfStreamError} when the other side has ended and everything was received
   * @throws {ClosedResourceError} when this side was closed, before or meanwhile
   * @throws {BrokenResourceError} when the other side is gone without having ended
   * @throws {BusyResourceError} when another `receive` is waiting
   * @throws {RangeError} when `maxBytes` is not a positive integer
   */
  abstract receive(maxBytes?: number): Promise<Uint8Array>;

  /** Closes the stream; whoever waits in it gets a `ClosedResourceError`. **Cancellation:** closing always closes. */
  abstract close(): Promise<void>;

  [Symbol.asyncIterator](): AsyncIterableIterator<Uint8Array, undefined> {
    return new ReceiveIterator(this);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/**
 * Something that bytes go into.
 *
 * @see anyio.abc.ByteSendStream
 */
export abstract class ByteSendStream extends TypedAttributeProvider implements AsyncDisposable {
  /**
   * Sends all of `bytes`, and waits where the other side is slower.
   *
   * **Cancellation:** of one that waits, the bytes are sent all the same, in order; only the waiting ends.
   *
   * @throws {ClosedResourceError} when this side was closed, before or meanwhile, or has sent its end
   * @throws {BrokenResourceError} when the other side is gone
   * @throws {BusyResourceError} when another `send` is waiting
   */
  abstract send(bytes: Uint8Array): Promise<void>;

  /** Closes the stream, once what was sent is on its way. **Cancellation:** closing always closes, without waiting then. */
  abstract close(): Promise<void>;

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/**
 * A two-way stream of bytes.
 *
 * @see anyio.abc.ByteStream
 */
export abstract class ByteStream extends ByteReceiveStream implements ByteSendStream {
  abstract send(bytes: Uint8Array): Promise<void>;

  /** Tells the other side that nothing more will be sent; receiving goes on. */
  abstract sendEof(): Promise<void>;
}
