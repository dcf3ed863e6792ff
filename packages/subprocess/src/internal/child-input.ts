import type { Writable } from "node:stream";
import { BrokenResourceError } from "@anyio/core";
import { ByteSendStream } from "@anyio/streams";
import { fromWritable } from "@anyio/streams/node";

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
