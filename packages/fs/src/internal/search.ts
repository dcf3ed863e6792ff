import { checkpoint, quietly, WaitQueue } from "@anyio/core/lowlevel";
import type { Steps } from "./steps.js";

/**
 * A search through directories, in small steps, one at a time. A step that fails, by a cancellation say, leaves it as it was, so the next
 * `next()` goes on from there.
 */
export abstract class Search<T> implements Steps<T> {
  readonly #found: T[] = [];
  #next = 0;
  /** Who wants an item while somebody else searches. */
  readonly #line = new WaitQueue();
  #isSearching = false;

  /** Does a step: a directory, or some of its entries; false when there is nothing more to do. */
  protected abstract advance(): boolean | Promise<boolean>;

  protected found(item: T): void {
    this.#found.push(item);
  }

  isReady(): boolean {
    return this.#next < this.#found.length;
  }

  take(): T {
    const item = this.#found[this.#next++] as T;
    if (this.#next === this.#found.length) this.#found.length = this.#next = 0;
    return item;
  }

  wait(): Promise<T | null> {
    return quietly(this.#search());
  }

  async #search(): Promise<T | null> {
    if (this.#isSearching) await this.#line.wait("its turn to search");
    this.#isSearching = true;
    try {
      while (!this.isReady()) {
        await checkpoint();
        if (!(await this.advance())) return null;
      }
      return this.take();
    } finally {
      this.#isSearching = this.#line.wake();
    }
  }
}
