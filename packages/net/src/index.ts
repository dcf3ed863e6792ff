/**
 * TCP, UDP, Unix sockets and TLS with structured concurrency.
 */
export { type RawSocket, type SocketAddress, SocketAttribute, type SocketFamily } from "./socket-attribute.js";
export { SocketStream } from "./socket-stream.js";
