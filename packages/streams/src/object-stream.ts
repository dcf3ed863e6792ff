import { TypedAttributeProvider } from "@anyio/core";
import { ReceiveIterator } from "./internal/receive-iterator.js";

/**
 * Something that objects come from, of which some may be lost, doubled or out of order on the way: datagrams, for example.
 * Iterating over it receives until the end, and does not close it.
 *
 * @see anyio.abc.UnreliableObjectReceiveStream
 */
export abstract class UnreliableObjectReceiveStream<T>
  extends TypedAttributeProvider
  implements AsyncIterable<T>, AsyncDisposable
{
  /**
   * Waits for the next object.
   *
   * **Cancellation:** loses no object.
   *
   * @throws {EndOfStreamError} when the other side has ended and everything was received
   * @throws {ClosedResourceError} when this side was closed, before or meanwhile
   * @throws {BrokenResourceError} when the other side is gone without having ended
   */
  abstract receive(): Promise<T>;

  /** Closes the stream; whoever waits in it gets a `ClosedResourceError`. **Cancellation:** closing always closes. */
  abstract close(): void | Promise<void>;

  [Symbol.asyncIterator](): AsyncIterableIterator<T, undefined> {
    return new ReceiveIterator(this);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/**
 * Something that objects go into, of which some may be lost, doubled or out of order on the way.
 *
 * @see anyio.abc.UnreliableObjectSendStream
 */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- it is what users name the stream by
export abstract class UnreliableObjectSendStream<T> extends TypedAttributeProvider implements AsyncDisposable {
  /**
   * Sends one object, and waits where the other side is slower.
   *
   * @throws {ClosedResourceError} when this side was closed, before or meanwhile
   * @throws {BrokenResourceError} when the other side is gone
   */
  abstract send(item: T): Promise<void>;

  /** Closes the stream. **Cancellation:** closing always closes. */
  abstract close(): void | Promise<void>;

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/**
 * A two-way stream of objects, of which some may be lost, doubled or out of order on the way.
 *
 * @see anyio.abc.UnreliableObjectStream
 */
export abstract class UnreliableObjectStream<T>
  extends UnreliableObjectReceiveStream<T>
  implements UnreliableObjectSendStream<T>
{
  abstract send(item: T): Promise<void>;
}

/**
 * Something that objects come from, each once and in order.
 *
 * @see anyio.abc.ObjectReceiveStream
 */
export abstract class ObjectReceiveStream<T> extends UnreliableObjectReceiveStream<T> {}

/**
 * Something that objects go into, to arrive once and in order.
 *
 * @see anyio.abc.ObjectSendStream
 */
export abstract class ObjectSendStream<T> extends UnreliableObjectSendStream<T> {}

/**
 * A two-way stream of objects.
 *
 * @see anyio.abc.ObjectStream
 */
export abstract class ObjectStream<T> extends UnreliableObjectStream<T> {
  /** Tells the other side that nothing more will be sent; receiving goes on. */
  abstract sendEof(): void | Promise<void>;
}
