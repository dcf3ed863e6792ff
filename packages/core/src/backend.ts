/** Where a run's time comes from. The default is the runtime's monotonic clock; tests put a virtual one here. */
export interface Clock {
  /** The monotonic time in ms. */
  now(): number;
  /** Calls back once, from the event loop, as soon as `now()` has reached `at`. Callbacks due at one time keep their order. */
  schedule(at: number, callback: () => void): { cancel(): void };
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
