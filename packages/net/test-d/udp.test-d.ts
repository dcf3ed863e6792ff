import { expectTypeOf } from "vitest";
import { type ConnectedUDPSocket, createConnectedUdpSocket, createUdpSocket, type UDPSocket } from "@anyio/net";
import type { UnreliableObjectStream } from "@anyio/streams";

const socket = await createUdpSocket({ family: "ipv4", maxQueue: 7 });
expectTypeOf(socket).toEqualTypeOf<UDPSocket>();
socket satisfies UnreliableObjectStream<[Uint8Array, [host: string, port: number]]>;
const [bytes, [host, port]] = await socket.receive();
expectTypeOf({ bytes, host, port }).toEqualTypeOf<{ bytes: Uint8Array; host: string; port: number }>();
await socket.sendTo(bytes, host, port);
for await (const packet of socket) await socket.send(packet);
// @ts-expect-error -- bytes, not text
await socket.sendTo("hello", host, port);
// @ts-expect-error -- to whom
await socket.send(bytes);
expectTypeOf(socket.statistics()).toEqualTypeOf<{ readonly queued: number; readonly dropped: number }>();

const connected = await createConnectedUdpSocket("localhost", 53);
expectTypeOf(connected).toEqualTypeOf<ConnectedUDPSocket>();
connected satisfies UnreliableObjectStream<Uint8Array>;
expectTypeOf(await connected.receive()).toEqualTypeOf<Uint8Array>();
// @ts-expect-error -- it has one peer
await connected.sendTo(bytes, host, port);
