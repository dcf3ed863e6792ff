import type { Writable } from "node:stream";
import { BrokenResourceError } from "@anyio/core";
import { quietly } from "@anyio/core/lowlevel";
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
    return quietly(this.#stream.send(bytes).catch(brokenBy));
  }

  override async close(): Promise<void> {
    try {
      await this.#stream.close().catch(brokenBy);
    } catch (error) {
      if (!(error instanceof BrokenResourceError)) throw error;
    }
  }
}

/**
 * Whatever a write fails with, it is that nobody reads any more: Node closes the pipe of a child that exits under a write that waits, and
 * Bun's pipes fail in a callback before they say that they have failed.
 */
function brokenBy(error: unknown): never {
  const { code = "" } = (error ?? {}) as { code?: string };
  throw GONE.includes(code) ? new BrokenResourceError(undefined, { cause: error }) : error;
}

const GONE: readonly string[] = ["EPIPE", "ECANCELED", "ECONNRESET", "ERR_STREAM_DESTROYED"];
