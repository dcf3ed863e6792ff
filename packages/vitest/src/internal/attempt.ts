import { CancelScope, dumpTasks, getCurrentTask, getRunningTasks, run } from "@anyio/core";
import { bindScope } from "@anyio/core/lowlevel";
import { bounded, GIVEN_UP, type Observer } from "./bounded.js";
import { withoutLeaks } from "./leaks.js";
import { settles } from "./settles.js";
import { shared } from "./shared.js";
import { shown } from "./shown.js";
import { subtree } from "./subtree.js";
import { type AnyTestClock, clockFor } from "./test-clocks.js";
import { addNote, isTimeout } from "./timeout-error.js";

/** What an attempt needs to know of vitest's test. */
export interface TestCase {
  readonly name: string;
  readonly fullTestName?: string;
  readonly timeout: number;
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
  readonly #outside = bindScope(call);
  #inside = this.#outside;
  #taskId = 0;
  #hasBegun = false;
  isAbandoned = false;
  /** Whether its task is there. */
  isOpen = false;
  /** What vitest may give up on while it is still running. */
  readonly #running = new Set<CancelScope>();

  constructor(test: TestCase) {
    this.#test = test;
    this.clock = clockFor(shared.clocks.get(test) ?? "real");
    shared.attempts.set(test, this);
  }

  /** Opens the attempt's task for as long as `fn` runs. */
  async during(fn: () => unknown): Promise<void> {
    const { name, fullTestName = name } = this.#test;
    const who = `test "${fullTestName}"`;
    const options = { name: who, signals: [], debug: true, backend: this.clock.backend };
    const open = (body: () => Promise<void>): Promise<void> => run(() => withoutLeaks(who, body), options);
    const body = async (): Promise<void> => {
      this.#inside = bindScope(call);
      this.#taskId = getCurrentTask().id;
      await fn();
      // Without the runner nobody has waited for what vitest gave up on.
      await this.#giveUp(undefined);
    };
    this.isOpen = true;
    try {
      await bounded(open, body, this);
    } catch (error) {
      throw shown(error);
    } finally {
      this.isOpen = false;
    }
  }

  /** From here on fixtures are torn down within the attempt; those of an `aroundEach` hook are only after it. */
  begin(): void {
    this.#hasBegun = true;
  }

  /** Runs the test function, whose scope is cancelled when vitest gives up on it. */
  async perform<T>(fn: () => T | PromiseLike<T>, signal: AbortSignal | undefined): Promise<T> {
    const scope = new CancelScope({ name: "test" });
    const onAbort = (): void => {
      this.#tell(signal?.reason);
      scope.cancel(headlineOf(signal?.reason));
    };
    // Vitest 4 leaves the signal of a timed-out attempt aborted for the next one.
    if (signal?.aborted === false) signal.addEventListener("abort", onAbort);
    try {
      this.#running.add(scope);
      return (await scope.run(fn)) as T;
    } catch (error) {
      throw shown(error);
    } finally {
      this.#running.delete(scope);
      signal?.removeEventListener("abort", onAbort);
    }
  }

  /** Runs a hook, or part of one, in a scope of its own. */
  async hook<T>(name: string, fn: () => T | PromiseLike<T>): Promise<T> {
    const scope = new CancelScope({ name });
    try {
      return await bounded((body) => scope.run(body) as Promise<T>, () => this.#told(fn), this);
    } catch (error) {
      throw shown(error);
    }
  }

  /** Runs a fixture, which stays in its scope until it has been torn down. */
  async hold<T>(name: string, fn: (isReady: () => void) => Promise<T>): Promise<T> {
    const scope = new CancelScope({ name });
    const isReady = (): void => void this.#running.delete(scope);
    const enter = (): Promise<T> => scope.run(() => fn(isReady)) as Promise<T>;
    this.#running.add(scope);
    try {
      if (this.#hasBegun) return await this.#inside(enter);
      return await this.#outside(() => run(enter, { name, signals: [], backend: this.clock.backend }));
    } catch (error) {
      throw shown(error);
    } finally {
      isReady();
    }
  }

  /** Calls `fn` as part of the attempt, wherever it is called from. */
  enter<T>(fn: () => T): T {
    return this.#inside(fn) as T;
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
    const tasks = new Map(getRunningTasks().map((task) => [task.id, task]));
    return [...tasks.values()].some((task) => {
      if (task.waitingFor === null) return false;
      for (let at: typeof task | undefined = task; at; at = tasks.get(at.parentId ?? 0)) {
        if (at.id === this.#taskId) return true;
      }
      return false;
    });
  }

  dump(): string {
    return subtree(dumpTasks(), this.#taskId);
  }

  async #giveUp(error: unknown): Promise<void> {
    if (this.#running.size === 0) return;
    this.#tell(error);
    this.interrupt(headlineOf(error));
    const isOver = (): boolean => this.#running.size === 0;
    if (await settles(isOver, () => this.isOurs())) return;
    addNote(error, `${GIVEN_UP}\n${this.dump()}`);
    this.isAbandoned = true;
  }

  async #told<T>(fn: () => T | PromiseLike<T>): Promise<T> {
    try {
      return await fn();
    } catch (error) {
      if (isTimeout(error)) this.#tell(error);
      throw error;
    }
  }

  /** Shows in a timeout's error what everything was waiting for, as long as it is. */
  #tell(error: unknown): void {
    if (error instanceof Error && !error.message.includes(DUMP)) addNote(error, `${DUMP}\n${this.dump()}`);
  }
}

const DUMP = "What its tasks were doing:";

function headlineOf(error: unknown): string {
  return error instanceof Error ? (error.message.split("\n")[0] ?? "") : "the test is over";
}

function call<T>(fn: () => T): T {
  return fn();
}
