import type { Readable } from "node:stream";
import type { Child } from "./child.js";
import { after, inNextTurn, never } from "./event-loop.js";
import { Output } from "./output.js";

/**
 * Tells when a child has exited and all it wrote has come. A descendant that holds a pipe open is not waited for longer than `drainGrace`;
 * what the pipe holds by then is read all the same, however late this process is.
 */
export class Completion {
  #onDone: () => void = () => {};
  /** Whether a pipe was still open. */
  isTruncated = false;
  readonly #child: Child;
  readonly #outputs: readonly (Output | null)[];
  readonly #drainGrace: number;
  #timer: NodeJS.Timeout | undefined;
  #isDone = false;

  constructor(child: Child, pipes: readonly (Readable | null)[], drainGrace: number) {
    this.#child = child;
    this.#drainGrace = drainGrace;
    this.#outputs = pipes.map((pipe) => pipe && new Output(pipe, this.#look));
    child.whenExited(this.#look);
  }

  /** Calls back when it is done, at once where it is. */
  whenDone(callback: () => void): void {
    if (this.#isDone) callback();
    else this.#onDone = callback;
  }

  /** What has come through each pipe. */
  take(): (Uint8Array | undefined)[] {
    return this.#outputs.map((output) => output?.take());
  }

  /** Waits no longer, and drops what comes. */
  stop(): void {
    this.#isDone = true;
    never(this.#timer);
    for (const output of this.#outputs) output?.drop();
  }

  close(): void {
    for (const output of this.#outputs) output?.close();
  }

  readonly #look = (): void => {
    if (this.#isDone || !this.#child.hasExited) return;
    if (this.#outputs.every((output) => output?.hasEnded ?? true)) this.#finish();
    else if (this.#drainGrace < Infinity)
      this.#timer ??= after(this.#drainGrace, () => this.#drain(this.#length, TURNS));
  };

  /** Lets the event loop read what the pipes hold: a timer comes before what has been waiting to be read. */
  #drain(seen: number, turns: number): void {
    inNextTurn(() => {
      if (this.#isDone) return;
      const length = this.#length;
      if (turns === 0 || (length === seen && turns < TURNS)) {
        this.isTruncated = true;
        this.#finish();
      } else this.#drain(length, turns - 1);
    });
  }

  get #length(): number {
    return this.#outputs.reduce((sum, output) => sum + (output?.length ?? 0), 0);
  }

  #finish(): void {
    this.#isDone = true;
    never(this.#timer);
    this.#onDone();
  }
}

const TURNS = 32;
