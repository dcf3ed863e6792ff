import { setMaxListeners } from "node:events";
import { CancelScope, currentEffectiveDeadline, getCurrentTask, run } from "@anyio/core";
import { type Backend, bindScope } from "@anyio/core/lowlevel";
import { bounded, GIVEN_UP, type Observer } from "./bounded.js";
import { deadlockIn } from "./deadlock.js";
import { withLeaks, withoutLeaks } from "./leaks.js";
import type { Schedules } from "./schedules.js";
import { settles } from "./settles.js";
import { shared } from "./shared.js";
import { shown } from "./shown.js";
import { dumpOf, waitsForOurs } from "./tasks.js";
import { type AnyTestClock, clockFor } from "./test-clocks.js";
import { addNote, cancelledAtTimeout, headlineOf, tellTasks } from "./timeout-error.js";

/** What an attempt needs to know of vitest's test. */
export interface TestCase {
  readonly name: string;
  readonly fullTestName?: string;
  readonly retry?: number | { readonly count?: number };
  readonly result?: { readonly state: string; readonly attempts?: readonly AttemptRecord[] } | undefined;
}

/** What vitest 5 remembers of an attempt. */
interface AttemptRecord {
  readonly state: string;
  readonly retryIndex: number;
}

/**
 * One attempt at one test: a task of its own, in which its hooks, its fixtures and its function run, each in a scope.
 *
 * 1. The task ends when the fixtures have been torn down, and what is left behind in it by then has leaked.
 * 2. Vitest gives up on a test function that takes too long and goes on. The attempt does not: it takes the dump, cancels the
 *    function's scope and waits for the function.
 * 3. A foreign promise has no end that could be brought about, so every wait for a user's code is bounded.
 */
export class Attempt implements Observer {
  /** The attempt that is being made at a test. */
  static of(test: object | undefined): Attempt | undefined {
    return test && shared.attempts.get(test);
  }

  readonly clock: AnyTestClock;
  readonly #test: TestCase;
  readonly #schedules: Schedules | undefined;
  readonly #backend: Backend;
  #inside: Enter = call;
  #taskId = 0;
  isAbandoned = false;
  /** Whether its task is there. */
  isOpen = false;
  /** The deadlock that something has failed with. */
  #deadlock: unknown;
  readonly #fixtures: Fixture[] = [];
  /** What vitest may give up on while it is still running. */
  readonly #running = new Set<CancelScope>();

  /** @param place whether it is opened around all of vitest's attempt, or as the first fixture, which does not surround the others */
  constructor(
    test: TestCase,
    readonly place: "around" | "beside",
  ) {
    this.#test = test;
    this.clock = clockFor(shared.clocks.get(test) ?? "real");
    this.#schedules = shared.schedules.get(test);
    const scheduler = this.#schedules?.next(lastState(test), this.clock.isVirtual);
    this.#backend = { ...this.clock.backend, ...(scheduler && { scheduler }) };
    shared.attempts.set(test, this);
  }

  /** Opens the attempt's task for as long as `fn` runs. */
  async during(fn: () => unknown): Promise<void> {
    const { name, fullTestName = name } = this.#test;
    const who = `test "${fullTestName}"`;
    const options = { name: who, signals: [], backend: this.#backend };
    const watched = shared.leaky.has(this.#test) ? withLeaks : withoutLeaks;
    const open = (body: () => Promise<void>): Promise<void> => run(() => watched(body), options);
    const body = async (): Promise<void> => {
      this.#inside = bindScope(call);
      this.#taskId = getCurrentTask().id;
      await fn();
      // Without the runner nobody has waited for what vitest gave up on.
      await this.#giveUp(undefined);
      await this.#tearDown();
    };
    this.isOpen = true;
    try {
      await bounded(open, body, this);
    } catch (error) {
      if (error !== this.#deadlock) throw this.#told(error);
    } finally {
      this.isOpen = false;
    }
  }

  /** Runs the test function, whose scope is cancelled when vitest gives up on it. */
  async perform<T>(fn: () => T | PromiseLike<T>, signal: AbortSignal | undefined): Promise<T | undefined> {
    // Vitest adds a listener to the test's signal with each repetition, and takes none away.
    if (this.#schedules && signal) setMaxListeners(0, signal);
    if (this.#schedules?.isOver) return undefined;
    const scope = new CancelScope({ name: "test" });
    const onAbort = (): void => {
      tellTasks(signal?.reason, this);
      this.#tellSeed(signal?.reason);
      scope.cancel(headlineOf(signal?.reason));
    };
    // Vitest 4 leaves the signal of a timed-out attempt aborted for the next one.
    if (signal?.aborted === false) signal.addEventListener("abort", onAbort);
    try {
      this.#running.add(scope);
      const running = this.place === "around" ? scope.run(fn) : this.enter(() => scope.run(fn));
      return await running;
    } catch (error) {
      throw this.#told(this.#noteDeadlock(error));
    } finally {
      this.#running.delete(scope);
      signal?.removeEventListener("abort", onAbort);
    }
  }

  /** Runs a hook, or part of one, in a scope of its own. One that comes after a deadlock has its say all the same. */
  async hook<T>(name: string, fn: (scope: CancelScope) => T | PromiseLike<T>): Promise<T> {
    const scope = new CancelScope({ name, shield: this.hasFailed });
    try {
      return await bounded(
        (body) => scope.run(body) as Promise<T>,
        () => cancelledAtTimeout(scope, () => fn(scope), this),
        this,
      );
    } catch (error) {
      throw this.#told(this.#noteDeadlock(error));
    }
  }

  /**
   * Runs a fixture, which stays in its scope until it has been torn down, as it wishes to be, also after a deadlock.
   *
   * @param fn is given what tells that the fixture is ready, and waits until it is to be torn down
   */
  async hold(name: string, fn: (isReady: (used: Promise<void>) => Promise<void>) => Promise<void>): Promise<void> {
    const scope = new CancelScope({ name });
    const fixture: Fixture = { tearDown: () => {}, ended: undefined };
    const isReady = (used: Promise<void>): Promise<void> => {
      this.#running.delete(scope);
      scope.shield = true;
      return new Promise((resolve, reject) => {
        fixture.tearDown = resolve;
        used.then(resolve, reject);
      });
    };
    this.#running.add(scope);
    this.#fixtures.push(fixture);
    try {
      fixture.ended = this.enter(() => scope.run(() => fn(isReady)));
      await fixture.ended;
    } catch (error) {
      throw this.#told(this.#noteDeadlock(error));
    } finally {
      this.#running.delete(scope);
    }
  }

  /** Whether its task has been cancelled, for a deadlock. */
  get hasFailed(): boolean {
    return this.enter(currentEffectiveDeadline) === -Infinity;
  }

  /** Calls `fn` as part of the attempt, wherever it is called from. */
  enter<T>(fn: () => T): T {
    return this.#inside(fn);
  }

  /** Cancels the test function: something it stands on has failed. */
  interrupt(reason: unknown): void {
    for (const scope of this.#running) scope.cancel(reason);
  }

  /** Follows vitest's own run of the test function, and where it has been given up, waits for the function to end. */
  async watch<T>(fn: () => T | PromiseLike<T>): Promise<T> {
    try {
      return await fn();
    } catch (error) {
      await this.#giveUp(error);
      throw error;
    }
  }

  isOurs(): boolean {
    return waitsForOurs(this.#taskId);
  }

  dump(): string {
    return dumpOf(this.#taskId);
  }

  /** Ends the fixtures of `aroundEach` hooks, for which it is time now: vitest will ask for it when the task is no more. */
  async #tearDown(): Promise<void> {
    for (const { tearDown, ended } of this.#fixtures.toReversed()) {
      tearDown();
      // Vitest will show what it fails with.
      await Promise.allSettled([ended]);
    }
  }

  /** What has failed, if it was cancelled for a deadlock, is shown as failed by that; once is enough. */
  #noteDeadlock(error: unknown): unknown {
    const deadlock = deadlockIn(error);
    if (deadlock !== error) this.#deadlock = deadlock;
    return deadlock;
  }

  /** What vitest is given to show. */
  #told(error: unknown): unknown {
    const told = shown(error);
    this.#tellSeed(told);
    return told;
  }

  #tellSeed(error: unknown): void {
    const note = this.#schedules?.note;
    // `skip()` in a test throws too.
    const isFailure = error instanceof Error && (error as { code?: unknown }).code !== "VITEST_PENDING";
    if (note !== undefined && isFailure && !error.message.includes(note)) addNote(error, note);
  }

  async #giveUp(error: unknown): Promise<void> {
    if (this.#running.size === 0 || this.isAbandoned) return;
    tellTasks(error, this);
    this.#tellSeed(error);
    this.interrupt(headlineOf(error));
    const isOver = (): boolean => this.#running.size === 0;
    if (await settles(isOver, () => this.isOurs())) return;
    addNote(error, `${GIVEN_UP}\n${this.dump()}`);
    this.isAbandoned = true;
  }
}

interface Fixture {
  tearDown: () => void;
  ended: Promise<unknown> | undefined;
}

type Enter = <T>(fn: () => T) => T;

function call<T>(fn: () => T): T {
  return fn();
}

/**
 * What became of the attempt before: "pass" or "fail" where that was the last one at its repetition. Vitest 4 leaves it in the result,
 * and puts it back where it tries again; vitest 5 puts it back in any case, and has a list.
 */
function lastState({ result, retry = 0 }: TestCase): string | undefined {
  const last = result?.attempts?.at(-1);
  if (last === undefined) return result?.state;
  const retries = typeof retry === "number" ? retry : (retry.count ?? 0);
  return last.state === "fail" && last.retryIndex < retries ? "run" : last.state;
}
