import type { Readable, Writable } from "node:stream";
import { BrokenResourceError } from "@anyio/core";
import { type ByteReceiveStream, ByteSendStream } from "@anyio/streams";
import { fromReadable, fromWritable } from "@anyio/streams/node";

/** What a child writes, to be received. It stays to be received when the child has exited. */
export function outputOf(readable: Readable): ByteReceiveStream {
  // Node throws away what nobody has begun to read when the child exits, unless somebody listens for this.
  readable.on("readable", ignore);
  return fromReadable(readable);
}

/** What a child reads, to be sent. Closing it is no error where the child reads no more. */
export class ChildInput extends ByteSendStream {
  readonly #stream: ByteSendStream;

  constructor(writable: Writable) {
    super();
    this.#stream = fromWritable(writable);
  }

  override send(bytes: Uint8Array): Promise<void> {
    return this.#stream.send(bytes);
  }

  override async close(): Promise<void> {
    try {
      await this.#stream.close();
    } catch (error) {
      if (!(error instanceof BrokenResourceError)) throw error;
    }
  }
}

function ignore(): void {}
