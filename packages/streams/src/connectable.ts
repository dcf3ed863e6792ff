import type { ByteStream } from "./byte-stream.js";
import type { ObjectStream } from "./object-stream.js";

/**
 * Something that a stream of bytes can be made to, as often as is needed.
 *
 * @see anyio.abc.ByteStreamConnectable
 */
export interface ByteStreamConnectable {
  /** @throws {ConnectionFailedError} when no connection could be made */
  connect(): Promise<ByteStream>;
}

/**
 * Something that a stream of objects can be made to, as often as is needed.
 *
 * @see anyio.abc.ObjectStreamConnectable
 */
export interface ObjectStreamConnectable<T> {
  /** @throws {ConnectionFailedError} when no connection could be made */
  connect(): Promise<ObjectStream<T>>;
}
