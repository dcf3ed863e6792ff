import { BufferedByteStream, type ByteStream, createMemoryObjectStream, StapledObjectStream } from "@anyio/streams";
import { type TLSOptions, TLSStream } from "@anyio/net";
import type { Certificates } from "./certificates.js";

/** Two streams of bytes in memory, each of which receives what goes into the other. */
export function memoryPair(): [BufferedByteStream, BufferedByteStream] {
  const [sendThere, receiveThere] = createMemoryObjectStream<Uint8Array>();
  const [sendBack, receiveBack] = createMemoryObjectStream<Uint8Array>();
  return [
    new BufferedByteStream(new StapledObjectStream(sendThere, receiveBack)),
    new BufferedByteStream(new StapledObjectStream(sendBack, receiveThere)),
  ];
}

/** TLS over a pair: the client first. */
export async function tlsOver(
  [near, far]: [ByteStream, ByteStream],
  { ca, server }: Certificates,
  options: { both?: Partial<TLSOptions>; client?: Partial<TLSOptions>; server?: Partial<TLSOptions> } = {},
): Promise<[TLSStream, TLSStream]> {
  return Promise.all([
    TLSStream.wrap(near, { hostname: "localhost", ca, ...options.both, ...options.client }),
    TLSStream.wrap(far, { serverSide: true, cert: server.cert, key: server.key, ...options.both, ...options.server }),
  ]);
}
