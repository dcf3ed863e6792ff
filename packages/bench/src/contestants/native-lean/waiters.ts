import { Fifo, Link } from "../by-hand/fifo.js";
import type { Scope } from "./scope.js";

/** Tasks that wait in line. A waiter whose scope is cancelled leaves it. */
export class Waiters<T, B> {
  readonly #line = new Fifo<Waiter<T, B>>();

  wait(scope: Scope, brought: B): Promise<T> {
    return new Promise((resolve, reject) => {
      const waiter = new Waiter(brought, resolve, scope, (reason) => {
        this.#line.remove(waiter);
        reject(reason);
      });
      this.#line.push(waiter);
      scope.callbacks.add(waiter.onCancel);
    });
  }

  shift(): Waiter<T, B> | undefined {
    const waiter = this.#line.shift();
    waiter?.scope.callbacks.delete(waiter.onCancel);
    return waiter;
  }
}

class Waiter<T, B> extends Link {
  constructor(
    readonly brought: B,
    readonly resolve: (value: T) => void,
    readonly scope: Scope,
    readonly onCancel: (reason: unknown) => void,
  ) {
    super();
  }
}
