import { expectTypeOf } from "vitest";
import {
  asConnectable,
  connectTcp,
  type ConnectTcpOptions,
  getaddrinfo,
  type ResolvedAddress,
  type SocketStream,
  TCPConnectable,
  type TLSStream,
  UNIXConnectable,
} from "@anyio/net";
import type { ByteStreamConnectable } from "@anyio/streams";

// What is connected to follows from the options.
expectTypeOf(connectTcp("localhost", 80)).resolves.toEqualTypeOf<SocketStream>();
expectTypeOf(connectTcp("localhost", 80, { localPort: 7 })).resolves.toEqualTypeOf<SocketStream>();
expectTypeOf(connectTcp("localhost", 80, { tls: false })).resolves.toEqualTypeOf<SocketStream>();
expectTypeOf(connectTcp("localhost", 443, { tls: true })).resolves.toEqualTypeOf<TLSStream>();
expectTypeOf(connectTcp("localhost", 443, { tlsOptions: {} })).resolves.toEqualTypeOf<TLSStream>();
expectTypeOf(connectTcp("localhost", 443, { serverName: "a" })).resolves.toEqualTypeOf<TLSStream>();
const options: ConnectTcpOptions = {};
expectTypeOf(connectTcp("localhost", 443, options)).resolves.toEqualTypeOf<SocketStream | TLSStream>();
// @ts-expect-error -- ports are numbers
void connectTcp("localhost", "http");
// @ts-expect-error -- a client
void connectTcp("localhost", 443, { tlsOptions: { serverSide: true } });

expectTypeOf(new TCPConnectable("localhost", 80).connect()).resolves.toEqualTypeOf<SocketStream>();
new TCPConnectable("localhost", 80) satisfies ByteStreamConnectable;
new UNIXConnectable("/run/app.sock") satisfies ByteStreamConnectable;
// @ts-expect-error -- TLS is a connectable of its own
void new TCPConnectable("localhost", 443, { tls: true });
expectTypeOf(asConnectable(["localhost", 80])).toEqualTypeOf<ByteStreamConnectable>();
asConnectable("/run/app.sock", { tlsOptions: {}, serverName: "localhost" });
// @ts-expect-error -- a host has a port
asConnectable(["localhost"]);

expectTypeOf(getaddrinfo("localhost", 80, { family: "ipv4" })).resolves.toEqualTypeOf<ResolvedAddress[]>();
// @ts-expect-error -- no family of IP addresses
void getaddrinfo("localhost", 80, { family: "unix" });
