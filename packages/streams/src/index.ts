/**
 * Streams of objects and of bytes: in memory, buffered, as text, and from and to what Node and the web call streams.
 *
 * Closing always closes, a cancelled wait loses nothing, and a slow reader slows its writer down.
 */
export { BufferedByteReceiveStream } from "./buffered-byte-receive-stream.js";
export { BufferedByteStream } from "./buffered-byte-stream.js";
export { ByteReceiveStream, ByteSendStream, ByteStream } from "./byte-stream.js";
export type { ByteStreamConnectable, ObjectStreamConnectable } from "./connectable.js";
export { DelimiterNotFoundError, IncompleteReadError } from "./errors.js";
export { type LineReceiveOptions, LineReceiveStream } from "./line-receive-stream.js";
export { Listener, type ServeOptions } from "./listener.js";
export {
  createMemoryObjectStream,
  MemoryObjectReceiveStream,
  MemoryObjectSendStream,
  type MemoryObjectStreamOptions,
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
export { StapledByteStream } from "./stapled-byte-stream.js";
export { StapledObjectStream } from "./stapled-object-stream.js";
export { TextReceiveStream, type TextReceiveOptions } from "./text-receive-stream.js";
export { TextSendStream, type TextSendOptions } from "./text-send-stream.js";
export { TextStream, type TextOptions } from "./text-stream.js";
export { fromWebReadable } from "./from-web-readable.js";
export { fromWebWritable } from "./from-web-writable.js";
export { toWebReadable } from "./to-web-readable.js";
export { toWebWritable } from "./to-web-writable.js";
