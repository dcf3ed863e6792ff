import { Fifo, Link } from "../by-hand/fifo.js";
import type { Scope } from "../native-lean/scope.js";

/** Tasks that wait in line, and cannot leave it: their cancellation ends nobody who waits here. */
export class Waiters<T, B> {
  readonly #line = new Fifo<Waiter<T, B>>();

  wait(_scope: Scope, brought: B): Promise<T> {
    return new Promise((resolve) => {
      this.#line.push(new Waiter(brought, resolve));
    });
  }

  shift(): Waiter<T, B> | undefined {
    return this.#line.shift();
  }
}

class Waiter<T, B> extends Link {
  constructor(
    readonly brought: B,
    readonly resolve: (value: T) => void,
  ) {
    super();
  }
}
