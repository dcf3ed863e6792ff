import { entrust, RunVar } from "@anyio/core/lowlevel";
import { IdleStack } from "@anyio/core/workers";
import { PoolThread } from "./pool-thread.js";

/**
 * The threads of a `run()`. How many there are at a time is for whoever calls to limit.
 *
 * It ends with its run. Code that is left there then may call still, shielded or as it cleans up, and gets threads: each is stopped when its
 * call has ended. What nobody waits for is stopped at once.
 */
export class ThreadPool {
  /** The pool of the program that calls. */
  static get current(): ThreadPool {
    const pool = current.get();
    if (pool !== undefined) return pool;
    const made = new ThreadPool();
    current.set(made);
    return made;
  }

  readonly #threads = new Set<PoolThread>();
  readonly #idle = new IdleStack<PoolThread>(IDLE, (thread) => thread.stop());
  #isEnding = false;
  #hasEnded: (() => void) | undefined;

  /** A thread that has nothing to do. It is the caller's, until it rests. */
  take(): PoolThread {
    return this.#idle.take() ?? this.#start();
  }

  /** Takes back a thread that has done its call. */
  rest(thread: PoolThread): void {
    if (this.#isEnding) thread.stop();
    else this.#idle.push(thread);
  }

  /** Told that a thread has lost who waited for it. */
  abandon(thread: PoolThread): void {
    if (this.#isEnding) thread.stop();
  }

  /** Forgets a thread that has ended. */
  forget(thread: PoolThread): void {
    this.#threads.delete(thread);
    if (this.#threads.size > 0) return;
    this.#hasEnded?.();
    this.#hasEnded = undefined;
  }

  #start(): PoolThread {
    // Keep it before the next step: where the system gives no thread, there is none whose end could be told.
    const thread = new PoolThread(this);
    this.#threads.add(thread);
    // The program does not end before its threads have.
    this.#hasEnded ??= entrust("worker threads to end", () => this.#end(), "run");
    return thread;
  }

  /** The calls that somebody waits for end by themselves, and their threads then. */
  #end(): void {
    this.#isEnding = true;
    for (const thread of this.#threads) if (!thread.isNeeded) thread.stop();
  }
}

const current = new RunVar<ThreadPool | undefined>("the pool of worker threads", { default: undefined });
const IDLE = 10_000;
