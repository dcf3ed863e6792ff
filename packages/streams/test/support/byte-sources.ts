import { EndOfStreamError } from "@anyio/core";
import { immediate } from "@anyio/core/lowlevel";
import { ByteReceiveStream, createMemoryObjectStream, type MemoryObjectSendStream } from "@anyio/streams";

/** A stream that hands over these very pieces, one a call, and then ends. */
export class Pieces extends ByteReceiveStream {
  readonly #pieces: Iterator<Uint8Array>;

  constructor(pieces: Iterable<Uint8Array>) {
    super();
    this.#pieces = pieces[Symbol.iterator]();
  }

  override receive(): Promise<Uint8Array> {
    return immediate(this.#next);
  }

  override async close(): Promise<void> {}

  readonly #next = (): Uint8Array => {
    const { done, value } = this.#pieces.next();
    if (done) throw new EndOfStreamError();
    return value;
  };
}

/** A stream of bytes that are there, and of more to come. */
export function bytesThere(...texts: string[]): [MemoryObjectSendStream<Uint8Array>, ReturnType<typeof open>[1]] {
  const [send, receive] = open();
  for (const text of texts) send.sendNowait(encode(text));
  return [send, receive];
}

export function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function decode(bytes: Uint8Array | undefined): string {
  return new TextDecoder().decode(bytes);
}

/** Cuts bytes where the sizes say, over and over; a size of 0 makes an empty piece. */
export function* cut(bytes: Uint8Array, sizes: readonly number[]): Generator<Uint8Array> {
  for (let at = 0, i = 0; at < bytes.length; i++) {
    // Sizes of nothing but 0 would never come to an end.
    const size = sizes[i % sizes.length] || i % 2;
    yield bytes.slice(at, at + size);
    at += size;
  }
}

function open() {
  return createMemoryObjectStream<Uint8Array>(Infinity);
}
