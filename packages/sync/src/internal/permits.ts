/**
 * What a lock, a semaphore and a capacity limiter are made of: a number of permits, the record of those that are out, and
 * the queue of those who wait for one.
 *
 * 1. While a permit is free nobody waits: it is handed to the head of the queue the moment it comes free.
 * 2. What is handed over is out from that moment, whether or not its new holder has been told.
 * 3. A waiter's token is the permit that it will get, so the record names the waiter's task.
 * 4. The record is a list through the permits themselves, oldest first; it is what task dumps and statistics show.
 */
import { shield, WouldBlockError } from "@anyio/core";
import { currentTask, immediate, type TaskReference, WaitQueue } from "@anyio/core/lowlevel";
import type { Lease } from "../lease.js";

/** One permit, and who took it. */
export class Permit implements Lease {
  /** "aside": waits for its turn, or was lent by a condition. "repaid": somebody gave back a permit without saying which. */
  state: "aside" | "out" | "repaid" | "over" = "aside";
  older: Permit | null = null;
  younger: Permit | null = null;

  constructor(
    readonly permits: Permits,
    readonly task: TaskReference,
  ) {}

  [Symbol.dispose](): void {
    this.permits.giveBack(this);
  }
}

export class Permits implements Iterable<Permit> {
  /** How many there are, out or free. Fewer than are out grants none until enough have come back. */
  #total: number;
  #out = 0;
  #oldest: Permit | null = null;
  #youngest: Permit | null = null;
  readonly #queue = new WaitQueue<Permit, Permit>();

  /** @param what what people call it, `a lock` */
  constructor(
    readonly what: string,
    total: number,
  ) {
    this.#total = total;
  }

  get total(): number {
    return this.#total;
  }

  set total(total: number) {
    this.#total = total;
    this.#grant();
  }

  get out(): number {
    return this.#out;
  }

  get free(): number {
    return this.#total - this.#out;
  }

  get tasksWaiting(): number {
    return this.#queue.size;
  }

  /** The permit that has been out for longest. */
  get oldest(): Permit | null {
    return this.#oldest;
  }

  acquire(): Promise<Permit> {
    return this.free > 0 ? immediate(this.#take) : this.wait(new Permit(this, currentTask()));
  }

  acquireNowait(): Permit {
    return this.takeNowait(new Permit(this, currentTask()));
  }

  /** Takes a certain permit, if one is free. */
  takeNowait(permit: Permit): Permit {
    if (this.free <= 0) throw new WouldBlockError();
    this.#record(permit);
    return permit;
  }

  /** Waits in line to be given a certain permit. */
  wait(permit: Permit): Promise<Permit> {
    return this.#queue.wait(describe, permit);
  }

  /** Whether a permit is in line. */
  awaits(permit: Permit): boolean {
    for (const waiting of this.#queue) if (waiting === permit) return true;
    return false;
  }

  /** Ends a permit, once. */
  giveBack(permit: Permit): void {
    const { state } = permit;
    permit.state = "over";
    if (state === "out") this.#erase(permit);
    // Somebody's nameless permit is on the record in place of this one.
    else if (state === "repaid") this.repay();
  }

  /** Takes back the oldest permit without ending it, for nobody said which it was; false where none is out. */
  repay(): boolean {
    const oldest = this.#oldest;
    if (oldest === null) return false;
    oldest.state = "repaid";
    this.#erase(oldest);
    return true;
  }

  /** Takes a permit back for a while. */
  lend(permit: Permit): void {
    permit.state = "aside";
    this.#erase(permit);
  }

  /** Waits in line to have a lent permit again, and is not interrupted. One that was given back meanwhile stays so. */
  regain(permit: Permit): Promise<void> {
    // Keep all of it in the block, which begins later where scopes are nested deeply.
    return shield(async () => {
      if (permit.state === "over") return;
      if (this.free > 0) this.#record(permit);
      else await this.wait(permit);
    });
  }

  *[Symbol.iterator](): Generator<Permit, void, undefined> {
    for (let permit = this.#oldest; permit !== null; permit = permit.younger) yield permit;
  }

  /** What to wait for a permit means, in words. */
  toString(): string {
    const holders: string[] = [];
    for (const { task } of this) {
      if (holders.push(`"${task.label}" #${task.id}`) === MOST_NAMES) break;
    }
    if (this.#out > holders.length) holders.push(`${this.#out - holders.length} more`);
    const last = holders.pop();
    if (last === undefined) return `${this.what} that nobody holds`;
    return `${this.what} held by ${holders.length === 0 ? last : `${holders.join(", ")} and ${last}`}`;
  }

  // One function for all calls: a closure for each would be a good part of the price.
  readonly #take = (task: TaskReference): Permit => {
    const permit = new Permit(this, task);
    this.#record(permit);
    return permit;
  };

  #grant(): void {
    for (let next = this.#queue.peek(); next !== undefined && this.free > 0; next = this.#queue.peek()) {
      if (next.state !== "over") this.#record(next);
      this.#queue.wake(next);
    }
  }

  #record(permit: Permit): void {
    permit.state = "out";
    permit.older = this.#youngest;
    if (this.#youngest === null) this.#oldest = permit;
    else this.#youngest.younger = permit;
    this.#youngest = permit;
    this.#out++;
  }

  #erase(permit: Permit): void {
    const { older, younger } = permit;
    if (older === null) this.#oldest = younger;
    else older.younger = younger;
    if (younger === null) this.#youngest = older;
    else younger.older = older;
    permit.older = permit.younger = null;
    this.#out--;
    this.#grant();
  }
}

const MOST_NAMES = 3;

function describe(token: unknown): string {
  return String((token as Permit).permits);
}
