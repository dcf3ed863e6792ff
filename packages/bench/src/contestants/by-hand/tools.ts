/**
 * What the hand-written contestants differ in: `S` is an `AbortSignal` for the one, a set of callbacks for the others.
 * The workloads beside this file are written once over these tools.
 */
export interface Tools<S> {
  /** Returns when the body and all tasks have ended; the first error cancels the rest; cancelled along with `parent`. */
  readonly withGroup: (body: (group: Group<S>) => Promise<void>, parent?: S) => Promise<void>;
  /** Rejects with `TimeoutError` when `work` was cancelled after `ms`; waits for the work in any case. */
  readonly withTimeout: <T>(ms: number, work: (scope: S) => T | Promise<T>, parent?: S) => Promise<T>;
  readonly sleep: (ms: number, scope: S) => Promise<void>;
  readonly Event: new () => Event<S>;
  readonly Waiters: new <T, B>() => Waiters<S, T, B>;
  readonly throwIfCancelled: (scope: S) => void;
  /** What an operation returns that is begun in a cancelled scope; undefined in one that is not. */
  readonly rejection: (scope: S) => Promise<never> | undefined;
  /** What whoever acquires a permit gives it back by. */
  readonly leaseOf: (semaphore: Releasable) => Releasable;
}

export interface Group<S> {
  readonly scope: S;
  /** Starts a task. The promise settles when the task has ended; that it rejects needs no handling. */
  spawn(task: (scope: S) => Promise<void>): Promise<void>;
  cancel(): void;
}

interface Event<S> {
  wait(scope: S): Promise<void>;
  set(): void;
}

/** What an operation returns that did not have to wait. */
export const DONE = Promise.resolve();

/** Tasks that wait in line. One whose scope is cancelled leaves the line, wherever it stands. */
export interface Waiters<S, T, B> {
  /** Waits in line until somebody takes it out and resolves it. `brought` is what it has with it: say, an item to send. */
  wait(scope: S, brought: B): Promise<T>;
  /** Takes out whoever waits longest. From then on its cancellation comes too late. */
  shift(): Waiter<T, B> | undefined;
}

interface Waiter<T, B> {
  readonly brought: B;
  readonly resolve: (value: T) => void;
}

export interface Releasable {
  release(): void;
}
