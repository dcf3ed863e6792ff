import { Readable } from "node:stream";

/** The chunks as they come from a file or a socket. */
export function sourceOf(chunks: readonly Uint8Array[]): Readable {
  return Readable.from(chunks, { objectMode: false });
}
