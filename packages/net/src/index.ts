/**
 * TCP, UDP, Unix sockets and TLS with structured concurrency.
 *
 * A connection is a stream of bytes, and TLS is one over another. A server is a task: cancel it, and its clients, their handlers
 * and its port are gone when it returns.
 */
export { asConnectable, type Remote } from "./as-connectable.js";
export { connectTcp, type ConnectTcpOptions, type TCPOptions } from "./connect-tcp.js";
export { connectUnix } from "./connect-unix.js";
export { ConnectedUDPSocket } from "./connected-udp-socket.js";
export { createConnectedUdpSocket } from "./create-connected-udp-socket.js";
export { createTcpListener, type CreateTcpListenerOptions } from "./create-tcp-listener.js";
export { createUdpSocket } from "./create-udp-socket.js";
export { createUnixListener, type CreateUnixListenerOptions } from "./create-unix-listener.js";
export { ConnectionFailedError } from "./errors.js";
export { getaddrinfo, type GetaddrinfoOptions, type IPFamily, type ResolvedAddress } from "./getaddrinfo.js";
export { getnameinfo } from "./getnameinfo.js";
export type { UDPSocketStatistics } from "./internal/datagrams.js";
export type { TLSClientOptions, WithoutTLS, WithTLS } from "./internal/tls/tls-client.js";
export type { UDPSocketOptions } from "./internal/udp-options.js";
export { MultiListener } from "./multi-listener.js";
export { type RawSocket, type SocketAddress, SocketAttribute, type SocketFamily } from "./socket-attribute.js";
export { SocketListener } from "./socket-listener.js";
export { SocketStream } from "./socket-stream.js";
export { type UDPPacket, UDPSocket } from "./udp-socket.js";
export { TCPConnectable } from "./tcp-connectable.js";
export { TLSAttribute } from "./tls-attribute.js";
export { TLSConnectable } from "./tls-connectable.js";
export { TLSListener, type TLSListenerOptions, type TLSServeOptions } from "./tls-listener.js";
export { type TLSOptions, TLSStream } from "./tls-stream.js";
export { UNIXConnectable } from "./unix-connectable.js";
