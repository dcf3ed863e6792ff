import { Fifo, Link } from "../by-hand/fifo.js";

/** Tasks that wait in line. A waiter whose signal is aborted leaves it. */
export class Waiters<T, B> {
  readonly #line = new Fifo<Waiter<T, B>>();

  wait(signal: AbortSignal, brought: B): Promise<T> {
    return new Promise((resolve, reject) => {
      const waiter = new Waiter(brought, resolve, signal, () => {
        this.#line.remove(waiter);
        reject(signal.reason);
      });
      this.#line.push(waiter);
      signal.addEventListener("abort", waiter.onAbort, { once: true });
    });
  }

  shift(): Waiter<T, B> | undefined {
    const waiter = this.#line.shift();
    waiter?.signal.removeEventListener("abort", waiter.onAbort);
    return waiter;
  }
}

class Waiter<T, B> extends Link {
  constructor(
    readonly brought: B,
    readonly resolve: (value: T) => void,
    readonly signal: AbortSignal,
    readonly onAbort: () => void,
  ) {
    super();
  }
}
