/**
 * The memory in which a thread of the pool and whoever calls it tell each other about calls while they cannot take messages: the thread is busy,
 * or has ended.
 */
export class CallRecord {
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array<SharedArrayBuffer>;

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(SIZE)) {
    this.memory = memory;
    this.#words = new Int32Array(memory);
  }

  /** The number of the call that the thread has begun last. */
  get begun(): number {
    return Atomics.load(this.#words, BEGUN);
  }

  set begun(call: number) {
    Atomics.store(this.#words, BEGUN, call);
  }

  /** The number of the call that is cancelled. */
  get cancelled(): number {
    return Atomics.load(this.#words, CANCELLED);
  }

  set cancelled(call: number) {
    Atomics.store(this.#words, CANCELLED, call);
  }
}

const CANCELLED = 0;
const BEGUN = 1;
const SIZE = 2 * Int32Array.BYTES_PER_ELEMENT;
