import { ClosedResourceError, InvalidStateError, isCancelled } from "@anyio/core";
import { immediate, noteClosed, noteOpened } from "@anyio/core/lowlevel";
import type { Medium } from "./internal/medium.js";
import { OperationLine } from "./internal/operation-line.js";
import { StepIterator } from "./internal/steps.js";
import { attempt, finish, look } from "./internal/system-call.js";
import type { View } from "./internal/view.js";

/** From where {@link AsyncFile.seek} counts. */
export type Whence = "start" | "current" | "end";

/**
 * An open file, of text or of bytes; `openFile()` makes it. Calls that are made at once are done one after the other, in the order in
 * which they were made. Iterating over it gives its lines, without what ends them; leaving the loop does not close it.
 *
 * It has a position of its own, in bytes, where the next read or write begins; other handles of the same file do not move it. Files of
 * text stand between two characters.
 *
 * **Cancellation:** an operation that is cancelled while it waits for others takes no effect. Once begun, reading stops waiting, and what
 * comes of it is there for the next read; writing and truncating are completed, and the cancellation strikes at the next point. In a
 * pipe or a terminal writing stops waiting too, and the bytes are written all the same.
 *
 * @see anyio.AsyncFile
 */
export class AsyncFile<T extends string | Uint8Array = Uint8Array>
  implements AsyncIterable<T, undefined>, AsyncDisposable
{
  /** What it was opened as. */
  readonly name: string;
  readonly #medium: Medium;
  readonly #view: View<T>;
  readonly #line: OperationLine;
  readonly #appends: boolean;
  /** In a file that is appended to: whether it stands behind what was written last, wherever that is. */
  #isAtEnd: boolean;
  #isClosed = false;
  #closing: Promise<void> = Promise.resolve();

  /** @internal */
  constructor(name: string, medium: Medium, view: View<T>, appends = false) {
    this.name = name;
    this.#medium = medium;
    this.#view = view;
    this.#line = new OperationLine(name, !medium.isSeekable);
    this.#appends = appends;
    this.#isAtEnd = appends && medium.isSeekable;
    noteOpened(this, `the file ${name}`);
  }

  /** Whether `close()` has been called. */
  get closed(): boolean {
    return this.#isClosed;
  }

  /**
   * The number by which the system knows the file while it is open.
   *
   * @throws {ClosedResourceError} when it is closed
   * @throws {InvalidStateError} when it is in memory
   */
  fileno(): number {
    if (this.#isClosed) throw closed();
    const { fileno } = this.#medium;
    if (fileno === undefined) throw new InvalidStateError(`${this.name} is in memory; call rollover() first`);
    return fileno;
  }

  /**
   * Reads up to `count` bytes, or UTF-16 units of text, and less only at the end, where it gives nothing. Of text it gives whole
   * characters: one unit less where the last would be half of a surrogate pair, or both halves where that is all.
   *
   * Unlike Python's it leaves the ends of lines as they are.
   *
   * **Cancellation:** loses nothing.
   *
   * @param count all there is, unless told
   * @throws {RangeError} when `count` is no whole number from 0 on, nor Infinity
   * @throws {ClosedResourceError} when the file is closed, before or meanwhile
   * @throws {TypeError} when the bytes are no text in the file's encoding; they stay where they are
   */
  read(count = Infinity): Promise<T> {
    if (count !== Infinity) {
      const problem = problemOf(count, "count");
      if (problem !== undefined) return Promise.reject(problem);
    }
    const view = this.#view;
    const take = (): T => view.take(count);
    if (this.#isReady && view.has(count)) return immediate(take);
    return this.#do("reading", {
      prepare: async (isWanted) => {
        await this.#locate();
        await view.fill(count, isWanted);
      },
      take,
      hasEffect: false,
    });
  }

  /**
   * Reads what there is, once: at least a byte or character, except at the end. Of a pipe it is what has come.
   *
   * **Cancellation:** loses nothing.
   *
   * @throws as {@link read} does
   */
  read1(count = 65_536): Promise<T> {
    const problem = problemOf(count, "count");
    if (problem !== undefined) return Promise.reject(problem);
    const view = this.#view;
    const take = (): T => view.take(count);
    if (this.#isReady && view.has(Math.min(count, 1))) return immediate(take);
    return this.#do("reading", {
      prepare: async (isWanted) => {
        await this.#locate();
        await view.fill(Math.min(count, 1), isWanted);
      },
      take,
      hasEffect: false,
    });
  }

  /**
   * Reads the next line, without what ends it; null at the end. What comes after the last end of a line is a line too, unless it is empty.
   *
   * Unlike Python's it leaves the end out, and so has something else to give at the end of the file.
   *
   * **Cancellation:** loses nothing.
   *
   * @throws as {@link read} does
   */
  readline(): Promise<T | null> {
    const view = this.#view;
    const take = (): T | null => view.takeLine();
    if (this.#isReady && view.hasLine()) return immediate(take);
    return this.#do("a line of", {
      prepare: async (isWanted) => {
        await this.#locate();
        await view.fillLine(isWanted);
      },
      take,
      hasEffect: false,
    });
  }

  /**
   * Reads all lines that are left.
   *
   * **Cancellation:** loses nothing.
   *
   * @throws as {@link read} does
   */
  readlines(): Promise<T[]> {
    const view = this.#view;
    return this.#do("the lines of", {
      prepare: async (isWanted) => {
        await this.#locate();
        await view.fill(Infinity, isWanted);
      },
      take: () => {
        const lines: T[] = [];
        for (let line = view.takeLine(); line !== null; line = view.takeLine()) lines.push(line);
        return lines;
      },
      hasEffect: false,
    });
  }

  /**
   * Writes all of `data` where the file stands, or at its end if it was opened to append: when it resolves the system has it, and there is
   * nothing to flush. Until then do not change the bytes.
   *
   * **Cancellation:** as of the class: all of it is written, or nothing.
   *
   * @returns how many bytes were written
   * @throws {TypeError} when `data` is no text for a file of text, or no bytes for another
   * @throws {RangeError} when the text cannot be said in the file's encoding
   * @throws {ClosedResourceError} when the file is closed, before or meanwhile
   */
  write(data: T): Promise<number> {
    return attempt(() => this.#write(this.#view.encode(data)));
  }

  /**
   * Writes one after the other, as one {@link write}. It adds nothing at the ends of lines.
   *
   * @returns how many bytes were written
   */
  writelines(lines: Iterable<T>): Promise<number> {
    return attempt(() => this.#write(Buffer.concat(Array.from(lines, (line) => this.#view.encode(line)))));
  }

  /**
   * Goes to another position.
   *
   * @param offset in bytes, in a file of text too, where it has to be between two characters
   * @returns the position, from the start of the file
   * @throws {RangeError} when `offset` is no whole number, or leads before the start
   * @throws {TypeError} when `whence` is something else
   * @throws {ClosedResourceError} when the file is closed, before or meanwhile
   */
  seek(offset: number, whence: Whence = "start"): Promise<number> {
    if (!Number.isSafeInteger(offset))
      return Promise.reject(new RangeError(`offset must be a whole number, not ${offset}`));
    if (!["start", "current", "end"].includes(whence)) {
      return Promise.reject(new TypeError(`whence must be "start", "current" or "end", not ${JSON.stringify(whence)}`));
    }
    let position = offset;
    return this.#do("another position in", {
      prepare: async () => {
        this.#checkSeekable();
        if (whence === "end") position += await this.#medium.size();
        if (whence === "current") position += await this.#position();
        if (position >= 0) return;
        throw new RangeError(`offset must not lead before the start of the file, as ${offset} from "${whence}" does`);
      },
      take: () => {
        this.#moveTo(position);
        return position;
      },
      hasEffect: false,
    });
  }

  /** The position, in bytes from the start of the file, in a file of text too. */
  tell(): Promise<number> {
    let position = 0;
    return this.#do("the position in", {
      prepare: async () => {
        this.#checkSeekable();
        position = await this.#position();
      },
      take: () => position,
      hasEffect: false,
    });
  }

  /**
   * Cuts the file off, or fills it up with zeros. The position stays.
   *
   * @param size its new size in bytes; the position, unless told
   * @returns the new size
   * @throws {RangeError} when `size` is no whole number from 0 on
   */
  truncate(size?: number): Promise<number> {
    const problem = size === undefined ? undefined : problemOf(size, "size");
    if (problem !== undefined) return Promise.reject(problem);
    let newSize = 0;
    return this.#do("truncating", {
      prepare: async () => {
        this.#checkSeekable();
        const position = await this.#position();
        newSize = size ?? position;
        // What is read ahead may be gone.
        this.#moveTo(position);
        await this.#medium.truncate(newSize);
      },
      take: () => newSize,
      hasEffect: true,
    });
  }

  /** Waits until all that was called before has been done. The system then has what was written; whether a disk has is another matter. */
  flush(): Promise<void> {
    return this.#do("flushing", { prepare: nothing, take: () => {}, hasEffect: false });
  }

  /**
   * Closes the file, once what was called before has been done; what is called later fails with a `ClosedResourceError`.
   *
   * **Cancellation:** closing always closes. In a cancelled scope, or once it is cancelled, what has not begun fails with a
   * `ClosedResourceError`, and is not done. Of a pipe or a terminal that holds in any case.
   */
  async close(): Promise<void> {
    if (!this.#isClosed) {
      this.#isClosed = true;
      noteClosed(this);
      if (!this.#medium.isSeekable) this.#line.drop();
      this.#closing = new Promise<void>((resolve) => this.#line.whenDone(resolve)).then(() => this.#medium.close());
      this.#closing.catch(ignore);
    }
    const closing = this.#closing;
    // Nobody knows when somebody writes into a pipe that is being read from; it is closed then.
    if (!this.#medium.isSeekable && !this.#line.isIdle) return;
    try {
      await look(`${this.name} to be closed`, () => closing);
    } catch (error) {
      if (!isCancelled(error)) throw error;
      this.#line.drop();
      await finish(`${this.name} to be closed`, closing);
    } finally {
      // One caller is told of a failure.
      this.#closing = Promise.resolve();
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /**
   * The lines that are left. Iterators of one file share its position.
   *
   * **Cancellation:** as of {@link readline}.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<T, undefined> {
    const view = this.#view;
    return new StepIterator<T>({
      isReady: () => this.#isReady && view.hasLine(),
      take: () => view.takeLine() as T,
      wait: () => this.readline(),
    });
  }

  /** @internal */
  protected perform(verb: string, work: () => Promise<void>): Promise<void> {
    return this.#do(verb, { prepare: work, take: () => {}, hasEffect: true });
  }

  /** Whether nothing has to be waited for but what the view has. */
  get #isReady(): boolean {
    return this.#line.isIdle && !this.#isClosed && !this.#isAtEnd;
  }

  #do: OperationLine["do"] = (verb, step) => (this.#isClosed ? immediate(refuse) : this.#line.do(verb, step));

  #write(bytes: Uint8Array): Promise<number> {
    return this.#do("writing to", {
      prepare: async () => {
        // What is read ahead may change; and text that is read ahead is behind the position.
        if (this.#medium.isSeekable && !this.#appends) this.#moveTo(this.#view.position);
        const { position } = this.#view;
        await this.#medium.write(bytes, position);
        if (!this.#medium.isSeekable) return;
        if (this.#appends) this.#isAtEnd = true;
        else this.#moveTo(position + bytes.length);
      },
      take: () => bytes.length,
      hasEffect: true,
    });
  }

  /** Looks the position up where only the system knows it. */
  async #locate(): Promise<void> {
    if (this.#isAtEnd) this.#moveTo(await this.#medium.size());
  }

  /** Where it stands. To tell that of text takes all that is read ahead. */
  async #position(): Promise<number> {
    await this.#locate();
    return this.#view.position;
  }

  #moveTo(position: number): void {
    this.#isAtEnd = false;
    this.#view.moveTo(position);
  }

  #checkSeekable(): void {
    if (this.#medium.isSeekable) return;
    throw Object.assign(new Error(`ESPIPE: invalid seek, lseek '${this.name}'; it is no file with positions`), {
      code: "ESPIPE",
      syscall: "lseek",
    });
  }
}

function problemOf(count: number, name: string): RangeError | undefined {
  if (Number.isSafeInteger(count) && count >= 0) return undefined;
  return new RangeError(`${name} must be a whole number from 0 on, not ${String(count)}`);
}

function closed(): ClosedResourceError {
  return new ClosedResourceError("the file is closed; open it again");
}

function refuse(): never {
  throw closed();
}

function nothing(): Promise<void> {
  return Promise.resolve();
}

function ignore(): void {}
