import { ClosedResourceError } from "@anyio/core";
import { inFlight, suspend, suspendForeign, type Suspension } from "@anyio/core/lowlevel";

/** One operation on a file. */
export interface Step<T> {
  /** Does it; stops early where nobody wants it any more, if it can. */
  readonly prepare: (isWanted: () => boolean) => Promise<void>;
  /** What it has led to, for whoever still waits. */
  readonly take: () => T;
  /** Whether it has an effect, and is completed once it has begun. */
  readonly hasEffect: boolean;
}

/**
 * The operations on one file, one after the other in the order of the calls.
 *
 * Cancelled while it waits in line, an operation is taken out. Once begun, one with an effect is completed, and of one that reads the
 * waiting ends; the line goes on when the system has ended it. Where the file is a pipe or a terminal that holds for both.
 */
export class OperationLine {
  readonly #what: string;
  readonly #isPatient: boolean;
  #head: Entry | null = null;
  #tail: Entry | null = null;
  #current: Entry | null = null;
  #last: (() => void) | null = null;

  /**
   * @param what the file, for people
   * @param isPatient whether an operation may take as long as somebody else likes
   */
  constructor(what: string, isPatient: boolean) {
    this.#what = what;
    this.#isPatient = isPatient;
  }

  get isIdle(): boolean {
    return this.#current === null;
  }

  do<T>(verb: string, step: Step<T>): Promise<T> {
    const wait = this.#isPatient ? suspendForeign<T> : suspend<T>;
    return wait(`${verb} ${this.#what}`, (waiter) => {
      const entry = new Entry(step, waiter, this.#isPatient ? null : inFlight());
      this.#append(entry);
      this.#next();
      return () => this.#withdraw(entry);
    });
  }

  /** Does something when all is done that is in line. */
  whenDone(callback: () => void): void {
    this.#last = callback;
    this.#next();
  }

  /** Fails who waits, those whose operation is to be completed aside. */
  drop(): void {
    const current = this.#current;
    if (current !== null && !this.#isKept(current)) current.fail(closed());
    for (let entry = this.#head; entry !== null; entry = entry.next) entry.fail(closed());
    this.#head = this.#tail = null;
  }

  #append(entry: Entry): void {
    if (this.#tail === null) this.#head = entry;
    else this.#tail.next = entry;
    entry.previous = this.#tail;
    this.#tail = entry;
  }

  #remove(entry: Entry): void {
    const { previous, next } = entry;
    if (previous === null) this.#head = next;
    else previous.next = next;
    if (next === null) this.#tail = previous;
    else next.previous = previous;
    entry.previous = entry.next = null;
  }

  #isKept(entry: Entry): boolean {
    return entry.step.hasEffect && !this.#isPatient;
  }

  #withdraw(entry: Entry): boolean {
    if (entry === this.#current) {
      if (this.#isKept(entry)) return false;
      entry.waiter = null;
    } else {
      this.#remove(entry);
      entry.end();
    }
    return true;
  }

  #next(): void {
    if (this.#current !== null) return;
    const entry = this.#head;
    if (entry === null) {
      const last = this.#last;
      this.#last = null;
      last?.();
      return;
    }
    this.#remove(entry);
    this.#current = entry;
    entry.step.prepare(entry.isWanted).then(
      () => this.#end(() => entry.succeed()),
      (error: unknown) => this.#end(() => entry.fail(error)),
    );
  }

  #end(tell: () => void): void {
    this.#current = null;
    tell();
    this.#next();
  }
}

class Entry {
  readonly step: Step<unknown>;
  /** Null once nobody waits any more. */
  waiter: Suspension<unknown> | null;
  previous: Entry | null = null;
  next: Entry | null = null;
  readonly #landed: (() => void) | null;

  constructor(step: Step<unknown>, waiter: Suspension<unknown>, landed: (() => void) | null) {
    this.step = step;
    this.waiter = waiter;
    this.#landed = landed;
  }

  readonly isWanted = (): boolean => this.waiter !== null;

  /** What is taken goes to the waiter, or stays where it is. */
  succeed(): void {
    this.end();
    const { waiter } = this;
    this.waiter = null;
    if (waiter === null) return;
    try {
      waiter.resume(this.step.take());
    } catch (error) {
      waiter.throw(error);
    }
  }

  fail(error: unknown): void {
    this.end();
    const { waiter } = this;
    this.waiter = null;
    waiter?.throw(error);
  }

  end(): void {
    this.#landed?.();
  }
}

function closed(): ClosedResourceError {
  return new ClosedResourceError("the file was closed");
}
