import { sharedTime } from "./event-loop.js";

/**
 * What wakes a thread that is blocked, and so takes no messages: memory that it shares with whoever serves it. It looks for what was sent each
 * time that it is woken.
 */
export class Bell {
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array<SharedArrayBuffer>;

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(SIZE)) {
    this.memory = memory;
    this.#words = new Int32Array(memory);
  }

  /** Whether nobody serves the thread any more. */
  get isClosed(): boolean {
    return Atomics.load(this.#words, CLOSED) !== 0;
  }

  close(): void {
    Atomics.store(this.#words, CLOSED, 1);
    this.wake();
  }

  /** Wakes who waits here. What it is woken for has been sent before. */
  wake(): void {
    Atomics.add(this.#words, WAKES, 1);
    Atomics.notify(this.#words, WAKES);
  }

  /**
   * Blocks this thread until `look` finds something. What is sent between a look and the wait is not missed.
   *
   * @returns what was found; undefined when nobody serves the thread any more, or the time is up
   */
  waitFor<T>(look: () => T | undefined, timeout = Infinity): T | undefined {
    const end = timeout === Infinity ? Infinity : sharedTime() + timeout;
    for (;;) {
      const wakes = Atomics.load(this.#words, WAKES);
      // Keep this before the look: what was sent before the end counts.
      const { isClosed } = this;
      const found = look();
      if (found !== undefined || isClosed) return found;
      const left = end - sharedTime();
      if (left <= 0) return undefined;
      Atomics.wait(this.#words, WAKES, wakes, left);
    }
  }
}

const WAKES = 0;
const CLOSED = 1;
const SIZE = 2 * Int32Array.BYTES_PER_ELEMENT;
