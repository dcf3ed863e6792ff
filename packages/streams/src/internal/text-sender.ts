import { BusyResourceError, ClosedResourceError, currentEffectiveDeadline, isCancelled } from "@anyio/core";
import { immediate, quietly } from "@anyio/core/lowlevel";
import type { ByteSendStream } from "../byte-stream.js";
import { ObjectSendStream, ObjectStream } from "../object-stream.js";
import { type Encode, encoderFor } from "./text-encoding.js";

/** Sends text as bytes. The half of a surrogate pair that ends a text waits here for the other. */
export class TextSender {
  readonly #sink: Pick<ByteSendStream, "send">;
  readonly #encode: Encode;
  #half = "";
  #isEnded = false;

  constructor(sink: Pick<ByteSendStream, "send">, encoding = "utf-8") {
    this.#sink = sink;
    this.#encode = encoderFor(encoding);
  }

  send(text: string): Promise<void> {
    if (typeof text !== "string") return Promise.reject(new TypeError(`text must be a string, not ${String(text)}`));
    if (this.#isEnded) return immediate(refuse);
    const before = this.#half;
    const whole = before + text;
    const cut = isHighSurrogate(whole.charCodeAt(whole.length - 1)) ? whole.length - 1 : whole.length;
    const after = whole.slice(cut);
    let bytes: Uint8Array;
    try {
      bytes = this.#encode(whole.slice(0, cut));
    } catch (error) {
      return Promise.reject(error);
    }
    if (before === after) return this.#sendBytes(bytes);
    // What is refused at its beginning has no effect, here neither.
    if (currentEffectiveDeadline() === -Infinity) return immediate(nothing);
    this.#half = after;
    return quietly(this.#sendOrRestore(bytes, before));
  }

  /** Sends what is kept back, and takes no more. */
  async end(): Promise<void> {
    const half = this.#half;
    this.#half = "";
    this.#isEnded = true;
    if (half !== "") await this.#sendOrRestore(this.#encode(half), half);
  }

  /** {@link end} for a stream that is being closed: cancelled, or while another task sends, nothing is waited for. */
  async finish(): Promise<void> {
    try {
      await this.end();
    } catch (error) {
      if (!isCancelled(error) && !(error instanceof BusyResourceError)) throw error;
    }
  }

  #sendBytes(bytes: Uint8Array): Promise<void> {
    return bytes.length === 0 ? immediate(nothing) : this.#sink.send(bytes);
  }

  async #sendOrRestore(bytes: Uint8Array, before: string): Promise<void> {
    try {
      await this.#sendBytes(bytes);
    } catch (error) {
      if (error instanceof BusyResourceError || (isCancelled(error) && this.#withdraws)) this.#half = before;
      throw error;
    }
  }

  /** Whether a cancelled send has sent nothing. */
  get #withdraws(): boolean {
    return this.#sink instanceof ObjectSendStream || this.#sink instanceof ObjectStream;
  }
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

function nothing(): void {}

function refuse(): never {
  throw new ClosedResourceError("the text has been ended; make a new stream");
}
