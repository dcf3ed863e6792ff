/**
 * What every contestant can do. One member per family of workloads; a family stands in the contestant's file of that
 * name. Each function returns what the workload asserts, so that nobody is fast by leaving the work undone.
 */
export interface Contestant {
  readonly spawn: SpawnFamily;
  readonly timeout: TimeoutFamily;
  readonly sleepers: SleepersFamily;
  readonly nested: NestedFamily;
  readonly blocked: BlockedFamily;
  readonly busy: BusyFamily;
  readonly operations: OperationsFamily;
}

/** How long what never ends by itself sleeps, and what a scope that must not strike allows, in milliseconds. */
export const LONG = 60_000;

export interface SpawnFamily {
  /** Starts `tasks` tasks in one group; each awaits once. Returns, all joined, how many ran to their end. */
  join(tasks: number): Promise<number>;
  /**
   * Starts `tasks` tasks of which the first throws `error` and the others sleep. The first error must cancel the rest,
   * and be thrown once all have ended. `ended` is called by each of the others in its cleanup.
   */
  failFirst(tasks: number, error: Error, ended: () => void): Promise<void>;
}

export interface TimeoutFamily {
  /** One after the other, `scopes` timeouts of 60 s around a function that returns at once. Returns how many it did. */
  aroundReturn(scopes: number): Promise<number>;
  /** The same around a function that awaits once. */
  aroundAwait(scopes: number): Promise<number>;
  /** A timeout of `ms` around a sleep of 60 s: returns whether it failed as a timeout; the sleep calls `ended`. */
  strike(ms: number, ended: () => void): Promise<boolean>;
}

export interface SleepersFamily {
  /** Starts `sleepers` tasks that sleep 60 s, cancels the group once all sleep, joins. Returns how many cleaned up. */
  cancel(sleepers: number): Promise<number>;
}

export interface NestedFamily {
  /**
   * Nests `depth` timeouts of 60 s with a sleeper at the bottom and cancels the whole from outside once it sleeps.
   * Returns how many levels unwound.
   */
  cancelDeep(depth: number): Promise<number>;
  /** A group of `width` groups of `width` sleepers, cancelled from the top once all sleep: how many cleaned up. */
  cancelTree(width: number): Promise<number>;
}

export interface BlockedFamily {
  /** Starts `tasks` tasks that wait for one event. Resolves when all wait; each can still be cancelled. */
  block(tasks: number): Promise<BlockedTasks>;
}

export interface BlockedTasks {
  /** Sets the event and joins. Returns how many tasks were woken. */
  release(): Promise<number>;
}

export interface BusyFamily {
  /**
   * Runs `tasks` tasks, each doing nothing but operations that complete at once while `goOn()` says so, the first of
   * them under a timeout of `timeout` ms. Calls `struck` when that timeout has ended its task.
   */
  run(tasks: number, timeout: number, goOn: () => boolean, struck: () => void): Promise<void>;
}

/** A million of these under one live scope must leave nothing behind. */
export const OPERATIONS = ["checkpoint", "timeout", "spawn", "suspend"] as const;
export type Operation = (typeof OPERATIONS)[number];

export interface OperationsFamily {
  /**
   * Opens one scope, and in it does `batches` times `size` of `operation`, one after the other, calling `afterBatch`
   * after each batch, the scope still open. Returns how many operations it did.
   */
  repeat(operation: Operation, batches: number, size: number, afterBatch: () => void): Promise<number>;
}
