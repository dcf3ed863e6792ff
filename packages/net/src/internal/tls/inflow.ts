import {
  BrokenResourceError,
  BusyResourceError,
  type ClosedResourceError,
  EndOfStreamError,
  isCancelled,
} from "@anyio/core";
import { checkpointIfCancelled, immediate, quietly } from "@anyio/core/lowlevel";
import { Unread } from "../unread.js";
import type { Feed } from "./feed.js";
import { raggedEnd } from "./ragged-end.js";

/**
 * The plain bytes that come in, and how they end.
 *
 * A goodbye is seen as what it is: Node's TLS ends before the stream under it was at its end. Node's own "end" is the same for
 * both.
 */
export class Inflow {
  readonly #feed: Feed;
  readonly #isStrict: boolean;
  readonly #onBroken: (why: () => BrokenResourceError) => void;
  readonly #unread = new Unread();
  #end: "goodbye" | "ragged" | null = null;
  #failure: (() => BrokenResourceError) | null = null;
  #closed: (() => ClosedResourceError) | null = null;
  #isReceiving = false;

  /** @param onBroken is told where the stream is broken; it is to fail this, and what else there is */
  constructor(feed: Feed, isStrict: boolean, onBroken: (why: () => BrokenResourceError) => void) {
    this.#feed = feed;
    this.#isStrict = isStrict;
    this.#onBroken = onBroken;
  }

  receive(maxBytes: number): Promise<Uint8Array> {
    if (!this.#unread.isEmpty && !this.#isReceiving && this.#closed === null) {
      return immediate(() => this.#unread.take(maxBytes));
    }
    return quietly(this.#receive(maxBytes));
  }

  /** Whether it is known how it has ended. */
  get hasEnded(): boolean {
    return this.#end !== null;
  }

  append(chunk: Uint8Array): void {
    if (this.#closed !== null || chunk.length === 0) return;
    this.#unread.append(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    this.#feed.interrupt();
  }

  /** The other side has said goodbye. */
  finish(): void {
    this.#end ??= "goodbye";
    this.#feed.interrupt();
  }

  /** Nothing can be received any more but what has come already; whoever wants more is told `why`. */
  fail(why: () => BrokenResourceError): void {
    this.#failure ??= why;
    this.#feed.interrupt();
  }

  /** Drops what is unread; whoever receives is told `why`. */
  close(why: () => ClosedResourceError): void {
    this.#closed = why;
    this.#unread.clear();
    this.#feed.interrupt();
  }

  /** Waits until the other side has said goodbye, or none can come any more. */
  async goodbye(): Promise<void> {
    await this.#feed.idle();
    try {
      while (this.#end === null && this.#failure === null) await this.#advance();
    } catch (error) {
      // The stream under this one is closed, or somebody else receives from it: no goodbye will come this way.
      if (isCancelled(error)) throw error;
    }
  }

  async #receive(maxBytes: number): Promise<Uint8Array> {
    await checkpointIfCancelled();
    this.#checkOpen();
    if (this.#isReceiving) throw new BusyResourceError();
    this.#isReceiving = true;
    try {
      for (;;) {
        this.#checkOpen();
        if (!this.#unread.isEmpty) return this.#unread.take(maxBytes);
        if (this.#end !== null) throw this.#endError(this.#end);
        if (this.#failure !== null) throw this.#failure();
        await this.#advance();
      }
    } finally {
      this.#isReceiving = false;
    }
  }

  #checkOpen(): void {
    if (this.#closed !== null) throw this.#closed();
  }

  #endError(end: "goodbye" | "ragged"): Error {
    return end === "goodbye" || !this.#isStrict ? new EndOfStreamError() : raggedEnd();
  }

  async #advance(): Promise<void> {
    if (this.#feed.isAtEnd) {
      await this.#feed.settled();
      this.#end ??= "ragged";
      return;
    }
    try {
      await this.#feed.pull();
    } catch (error) {
      if (!(error instanceof BrokenResourceError)) throw error;
      this.#onBroken(() => new BrokenResourceError(error.message, { cause: error }));
    }
  }
}
