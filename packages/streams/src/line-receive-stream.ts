import { BusyResourceError, ClosedResourceError, EndOfStreamError, type ExtraAttributes } from "@anyio/core";
import { immediate, quietly } from "@anyio/core/lowlevel";
import { DelimiterNotFoundError } from "./errors.js";
import { checkSize } from "./internal/checks.js";
import { type Ready, ReceiveIterator } from "./internal/receive-iterator.js";
import { ObjectReceiveStream } from "./object-stream.js";

/** How text is divided into lines. */
export interface LineReceiveOptions {
  /** How long a line may be, in UTF-16 units without its terminator: 1,048,576 unless told; Infinity for no limit. */
  readonly maxLength?: number;
}

/**
 * Receives text line by line, however it is divided among the pieces. A line ends with LF or CRLF, which are left out; what comes
 * after the last of them is a line too, unless it is empty. It closes the wrapped stream with itself.
 *
 * AnyIO has no such stream; there one receives up to a delimiter. To decode whole pieces and divide the text is several times as fast.
 *
 * @example
 * const [send, receive] = createMemoryObjectStream<string>(2);
 * await send.send("one\r\ntw");
 * await send.send("o\nthree");
 * send.close();
 * const lines: string[] = [];
 * for await (const line of new LineReceiveStream(receive)) lines.push(line);
 * lines; // => ["one", "two", "three"]
 */
export class LineReceiveStream extends ObjectReceiveStream<string> {
  readonly #source: ObjectReceiveStream<string>;
  readonly #maxLength: number;
  /** Whole lines that have come, and which is next. */
  #lines: string[] = [];
  #next = 0;
  /** What has come of the line after them. */
  #rest = "";
  /** Whether a CR has come: where none has, no line has to be looked at for one. */
  #hasReturns = false;
  #isReceiving = false;
  #isClosed = false;

  /**
   * @param source where text comes from: a `TextReceiveStream`, for example
   * @throws {RangeError} when `maxLength` is neither a positive integer nor Infinity
   */
  constructor(source: ObjectReceiveStream<string>, options: LineReceiveOptions = {}) {
    super();
    const { maxLength = 1_048_576 } = options;
    if (maxLength !== Infinity) checkSize(maxLength, 1, "maxLength must be a positive integer or Infinity");
    this.#source = source;
    this.#maxLength = maxLength;
  }

  override get extraAttributes(): ExtraAttributes {
    return this.#source.extraAttributes;
  }

  /**
   * Waits for the next line.
   *
   * **Cancellation:** loses nothing.
   *
   * @throws {DelimiterNotFoundError} when the next line has more than `maxLength` units; it stays where it is
   * @throws {BusyResourceError} when another `receive` is waiting
   * @throws as the wrapped stream does
   */
  override receive(): Promise<string> {
    if (this.#ready.isReady()) return immediate(this.#ready.take);
    if (this.#isReceiving) return immediate(refuse);
    this.#isReceiving = true;
    return quietly(this.#receive());
  }

  /** Closes the wrapped stream; what was not received yet is dropped. **Cancellation:** closing always closes. */
  override async close(): Promise<void> {
    this.#isClosed = true;
    this.#lines = [];
    this.#rest = "";
    await this.#source.close();
  }

  override [Symbol.asyncIterator](): AsyncIterableIterator<string, undefined> {
    return new ReceiveIterator(this, this.#ready);
  }

  readonly #ready: Ready<string> = {
    isReady: () => this.#next < this.#lines.length,
    take: () => {
      const line = this.#withoutReturn(this.#lines[this.#next] as string);
      if (line.length > this.#maxLength) throw new DelimiterNotFoundError(this.#maxLength, "character");
      this.#next++;
      return line;
    },
  };

  async #receive(): Promise<string> {
    try {
      while (!this.#ready.isReady()) {
        if (this.#isRestTooLong) throw new DelimiterNotFoundError(this.#maxLength, "character");
        const text = await this.#source.receive();
        if (this.#isClosed) throw new ClosedResourceError("the stream of lines is closed; make a new one");
        this.#append(text);
      }
    } catch (error) {
      if (!(error instanceof EndOfStreamError) || this.#rest === "") throw error;
      this.#append("\n");
    } finally {
      this.#isReceiving = false;
    }
    return this.#ready.take();
  }

  // Its end is looked at only where it decides: to look into text that is put together piece by piece costs all of it.
  get #isRestTooLong(): boolean {
    return this.#rest.length > this.#maxLength && this.#withoutReturn(this.#rest).length > this.#maxLength;
  }

  #withoutReturn(line: string): string {
    return this.#hasReturns && line.endsWith("\r") ? line.slice(0, -1) : line;
  }

  #append(text: string): void {
    this.#hasReturns ||= text.includes("\r");
    const lines = text.split("\n");
    lines[0] = this.#rest + (lines[0] as string);
    this.#rest = lines.pop() as string;
    this.#lines = lines;
    this.#next = 0;
  }
}

function refuse(): never {
  throw new BusyResourceError("another task is already receiving lines here; let one task own the stream");
}
