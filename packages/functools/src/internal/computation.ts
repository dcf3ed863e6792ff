import { AsyncLocalStorage } from "node:async_hooks";

/** What somebody may wait for: a value that is being computed. */
export interface Awaited {
  /** Whoever computes it now. */
  readonly computation: Computation | null;
}

/**
 * One call of a cached function, and what the code in it waits for at the moment. It tells who would wait for himself: a
 * cycle of computations that wait for one another would never end.
 */
export class Computation {
  readonly #around = Computation.current;
  /** How many branches of it wait for each. */
  readonly #waitsFor = new Map<Awaited, number>();
  #hasEnded = false;

  /** The innermost computation that the code which calls is part of, and that has not ended. */
  static get current(): Computation | undefined {
    let computation = storage.getStore();
    while (computation !== undefined && computation.#hasEnded) computation = computation.#around;
    return computation;
  }

  /** Calls `fn` as part of this computation. */
  run<T>(fn: () => T): T {
    return storage.run(this, fn);
  }

  end(): void {
    this.#hasEnded = true;
  }

  /** Remembers what is waited for until `stop` is called with it. */
  waitFor(awaited: Awaited): void {
    this.#waitsFor.set(awaited, (this.#waitsFor.get(awaited) ?? 0) + 1);
  }

  stop(awaited: Awaited): void {
    const others = (this.#waitsFor.get(awaited) ?? 1) - 1;
    if (others > 0) this.#waitsFor.set(awaited, others);
    else this.#waitsFor.delete(awaited);
  }

  /** Whether whoever waits for `awaited` waits for this computation too. */
  isBehind(awaited: Awaited): boolean {
    const reached = new Set([awaited]);
    // The set grows while it is walked.
    for (const { computation } of reached) {
      if (computation === this) return true;
      for (const next of computation === null ? [] : computation.#waitsFor.keys()) reached.add(next);
    }
    return false;
  }
}

const storage = new AsyncLocalStorage<Computation>();
