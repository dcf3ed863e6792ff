/** Where a run's time comes from. The default is the runtime's monotonic clock; tests put a virtual one here. */
export interface Clock {
  /** The monotonic time in ms. */
  now(): number;
  /** Calls back once, from the event loop, as soon as `now()` has reached `at`. Callbacks due at one time keep their order. */
  schedule(at: number, callback: () => void): { cancel(): void };
  /** Told of each `run()` that is given this clock, as it begins. What it returns is called when that has ended. */
  attach?(run: ClockedRun): () => void;
}

/** A run, as the clock that it was given sees it. Runs that share a clock are blocked, and idle, together. */
export interface ClockedRun {
  /** Calls back once all tasks are blocked, as `waitAllTasksBlocked()` has it. What it returns takes that back. */
  onBlocked(callback: () => void): () => void;
  /** Calls back once all tasks are blocked and nothing real is in flight. What it returns takes that back. */
  onIdle(callback: () => void): () => void;
  /** Whether each task waits for an operation of this library, and none for something outside of it that may still come. */
  readonly isParked: boolean;
  /** The run's part of `dumpTasks()`. */
  dump(): string;
  /** Cancels the run, which then fails with `error`; told again, it fails at once, whatever has not ended in it. */
  fail(error: unknown): void;
}

/** Decides when what is ready resumes. The default resumes at once, within the fairness budget. */
export interface Scheduler {
  /** Takes over one ready resumption; it has to be called once, at any time later or at once. */
  ready(resume: () => void): void;
}

/** What a `run()` stands on. */
export interface Backend {
  clock?: Clock;
  scheduler?: Scheduler;
}
