import type { Clock, Scheduler } from "../backend.js";
import { Deferred } from "./deferred.js";
import { inNextTurn } from "./event-loop.js";

/** Something that is decided already and only has to be told to whoever waits for it. */
export interface Delivery {
  deliver(): void;
}

/** Decides when what is ready resumes. */
export interface Turns {
  /** Draws one resumption on the budget; false when it has to be deferred. */
  spend(): boolean;
  /** Delivers in order, in the next turns of the event loop. */
  defer(delivery: Delivery): void;
  /** The turn in which what has to be deferred may go on. */
  next(): Promise<void>;
  /** The same for a run inside, with a clock of its own. */
  withClock(clock: Clock): Turns;
}

/**
 * Keeps a microtask loop from starving timers and I/O. Everything that completes draws on one budget for the process;
 * once that is spent, whatever completes waits in line for the next turn of the event loop.
 *
 * 1. While somebody waits in line everybody does, so order is kept.
 * 2. A turn releases a part of the line only: what they do before they draw again is not seen by anybody, so where each does much
 *    a whole budget of them would be a stall.
 */
export class FairTurns implements Turns {
  readonly #clock: Clock;
  /** What may be spent before somebody has to look at the clock, and how often that may be. */
  #slice = SLICE;
  #slices = SLICES;
  #turnBegan = 0;
  readonly #line: Delivery[] = [];
  #served = 0;
  #batch: Batch | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  spend(): boolean {
    return --this.#slice >= 0 || this.#nextSlice();
  }

  defer(delivery: Delivery): void {
    this.#slice = this.#slices = 0;
    if (this.#line.push(delivery) === 1) inNextTurn(this.#turn);
  }

  next(): Promise<void> {
    let batch = this.#batch;
    if (batch === null || batch.room === 0) {
      batch = this.#batch = new Batch();
      this.defer(batch);
    }
    batch.room--;
    return batch.promise;
  }

  withClock(clock: Clock): Turns {
    return new FairTurns(clock);
  }

  readonly #turn = (): void => {
    this.#turnBegan = this.#clock.now();
    const end = Math.min(this.#served + RELEASED, this.#line.length);
    let full = false;
    for (; this.#served < end && !full; this.#served++) {
      const delivery = this.#line[this.#served];
      delivery?.deliver();
      full = delivery instanceof Batch;
    }
    if (this.#served * 2 > this.#line.length) {
      this.#line.splice(0, this.#served);
      this.#served = 0;
    }
    if (this.#line.length > 0) {
      inNextTurn(this.#turn);
      return;
    }
    this.#slice = SLICE;
    this.#slices = SLICES;
  };

  // Reading the clock costs as much as a small operation, so only every so often.
  #nextSlice(): boolean {
    if (this.#slices > 1 && this.#clock.now() - this.#turnBegan <= LONGEST_TURN) {
      this.#slices--;
      this.#slice = SLICE - 1;
      return true;
    }
    this.#slice = this.#slices = 0;
    return false;
  }
}

/** What may go on in one turn: a promise for each would be dear. */
class Batch extends Deferred<void> implements Delivery {
  room = RELEASED;

  deliver(): void {
    this.room = 0;
    this.resolve();
  }
}

/** Leaves every decision to a scheduler of the user's. */
export class ScheduledTurns implements Turns {
  readonly #scheduler: Scheduler;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  spend(): boolean {
    return false;
  }

  defer(delivery: Delivery): void {
    this.#scheduler.ready(() => delivery.deliver());
  }

  next(): Promise<void> {
    return new Promise((resolve) => this.#scheduler.ready(resolve));
  }

  withClock(): Turns {
    return this;
  }
}

const SLICE = 16;
const SLICES = 64;
const RELEASED = 256;
const LONGEST_TURN = 5;
