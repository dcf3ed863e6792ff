import { CancelScope, currentEffectiveDeadline, currentTime, InvalidStateError } from "@anyio/core";
import { checkpoint, immediate, NOTHING, quietly, WaitQueue, withoutCancellations } from "@anyio/core/lowlevel";
import type { CacheInfo } from "../lru-cache.js";
import { ArgumentsMap } from "./arguments-map.js";
import { type Awaited, Computation } from "./computation.js";
import type { Limits } from "./options.js";
import { type Linked, Recency } from "./recency.js";

/**
 * The cache before one function.
 *
 * 1. An entry is in the map while it is computed, and while its value is kept. Only the latter are in the order of use,
 *    and count.
 * 2. Of those who call while an entry is computed one computes; the others wait in the order of their calls.
 * 3. When the one who computes is cancelled, the head of the queue computes. That is decided in that moment: who comes
 *    before it has begun waits too.
 * 4. An entry that is no longer in the map, because it was cleared meanwhile, serves those who wait for it, and is not kept.
 */
export class SharedCache {
  readonly #fn: (...args: unknown[]) => unknown;
  readonly #maxSize: number;
  readonly #ttl: number;
  readonly #key: Limits["key"];
  readonly #entries = new ArgumentsMap<Entry>();
  #order = new Recency<Entry>();
  #hits = 0;
  #misses = 0;

  constructor(fn: (...args: unknown[]) => unknown, { maxSize, ttl, key }: Limits) {
    this.#fn = fn;
    this.#maxSize = maxSize;
    this.#ttl = ttl;
    this.#key = key;
  }

  call(self: unknown, args: unknown[]): Promise<unknown> {
    let path: readonly unknown[];
    try {
      path = this.#key === undefined ? args : [this.#key.apply(self, args)];
    } catch (error) {
      return Promise.reject(error);
    }
    const entry = this.#find(path);
    if (entry === undefined) return quietly(this.#compute(this.#open(path), self, args));
    if (entry.isKept) return immediate(() => this.#use(entry));
    return quietly(this.#join(entry, self, args));
  }

  info(): CacheInfo {
    return {
      hits: this.#hits,
      misses: this.#misses,
      maxSize: finite(this.#maxSize),
      currentSize: this.#order.size,
      ttl: finite(this.#ttl),
    };
  }

  clear(): void {
    this.#entries.clear();
    this.#order = new Recency();
    this.#hits = this.#misses = 0;
  }

  #find(path: readonly unknown[]): Entry | undefined {
    const entry = this.#entries.get(path);
    if (entry === undefined || entry.expiresAt === Infinity || currentTime() < entry.expiresAt) return entry;
    this.#order.remove(entry);
    this.#entries.delete(path);
    return undefined;
  }

  #open(path: readonly unknown[]): Entry {
    const entry = new Entry(path);
    this.#entries.set(path, entry);
    return entry;
  }

  #use(entry: Entry): unknown {
    this.#order.touch(entry);
    this.#hits++;
    return entry.value;
  }

  /** Waits for who computes: for the value, or to compute in their place. */
  async #join(entry: Entry, self: unknown, args: unknown[]): Promise<unknown> {
    const { current } = Computation;
    if (current?.isBehind(entry)) {
      throw new InvalidStateError(
        `${this.#name} was called for what it is computing just now, and would wait for itself; ` +
          "call it with other arguments, or call the function that has no cache",
      );
    }
    current?.waitFor(entry);
    try {
      const answer = await entry.waiting.wait(`the result of ${this.#name} that another call computes`);
      if (answer === COMPUTE) return await this.#compute(entry, self, args);
      this.#hits++;
      return answer;
    } finally {
      current?.stop(entry);
    }
  }

  async #compute(entry: Entry, self: unknown, args: unknown[]): Promise<unknown> {
    const { current } = Computation;
    const computation = new Computation();
    let isCancelled = true as boolean;
    entry.computation = computation;
    current?.waitFor(entry);
    try {
      await checkpoint();
      this.#misses++;
      // A scope of its own: the one around it is not left before the computation has ended, whoever awaits it.
      const result = await new CancelScope({ name: this.#name }).run(async () => {
        try {
          return { value: await computation.run(() => this.#fn.apply(self, args)) };
        } catch (error) {
          isCancelled = currentEffectiveDeadline() === -Infinity;
          throw error;
        }
      });
      // What has cancelled the scope that it was called in has computed nothing.
      if (result === undefined) this.#fail(entry, NOTHING);
      else this.#keep(entry, result.value);
      return result?.value;
    } catch (error) {
      this.#fail(entry, isCancelled ? withoutCancellations(error) : error);
      throw error;
    } finally {
      computation.end();
      current?.stop(entry);
    }
  }

  #keep(entry: Entry, value: unknown): void {
    entry.computation = null;
    if (this.#maxSize === 0) this.#drop(entry);
    else if (this.#entries.get(entry.path) === entry) {
      entry.isKept = true;
      entry.value = value;
      if (this.#ttl !== Infinity) entry.expiresAt = currentTime() + this.#ttl;
      this.#order.add(entry);
      this.#evict();
    }
    entry.waiting.wakeAll(value);
  }

  #evict(): void {
    const { oldest } = this.#order;
    if (oldest === null || this.#order.size <= this.#maxSize) return;
    this.#order.remove(oldest);
    this.#entries.delete(oldest.path);
  }

  /** @param error what is left of it without cancellations */
  #fail(entry: Entry, error: unknown): void {
    entry.computation = null;
    if (error === NOTHING && entry.waiting.wake(COMPUTE)) return;
    this.#drop(entry);
    while (entry.waiting.fail(error));
  }

  #drop(entry: Entry): void {
    if (this.#entries.get(entry.path) === entry) this.#entries.delete(entry.path);
  }

  get #name(): string {
    return this.#fn.name === "" ? "a cached function" : `${this.#fn.name}()`;
  }
}

class Entry implements Awaited, Linked {
  readonly waiting = new WaitQueue<unknown>();
  computation: Computation | null = null;
  isKept = false;
  value: unknown = undefined;
  /** In ms of `currentTime()`. */
  expiresAt = Infinity;
  older: this | null = null;
  newer: this | null = null;

  constructor(readonly path: readonly unknown[]) {}
}

/** What a waiter is woken with whose turn it is to compute. */
const COMPUTE = Symbol("compute");

function finite(limit: number): number | null {
  return limit === Infinity ? null : limit;
}
