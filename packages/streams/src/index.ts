/**
 * Streams of objects and of bytes: in memory, buffered, as text, and from and to what Node and the web call streams.
 *
 * Closing always closes, a cancelled wait loses nothing, and a slow reader slows its writer down.
 */
export { ByteReceiveStream, ByteSendStream, ByteStream } from "./byte-stream.js";
export type { ByteStreamConnectable, ObjectStreamConnectable } from "./connectable.js";
export { Listener, type ServeOptions } from "./listener.js";
export {
  createMemoryObjectStream,
  MemoryObjectReceiveStream,
  MemoryObjectSendStream,
  type MemoryObjectStreamStatistics,
} from "./memory-object-stream.js";
export {
  ObjectReceiveStream,
  ObjectSendStream,
  ObjectStream,
  UnreliableObjectReceiveStream,
  UnreliableObjectSendStream,
  UnreliableObjectStream,
} from "./object-stream.js";
