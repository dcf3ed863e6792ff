import type { Backend } from "./backend.js";
import { enableDebug, isDebug } from "./internal/debug.js";
import { Deferred } from "./internal/deferred.js";
import { recordOrigin } from "./internal/origin.js";
import { Program } from "./internal/program.js";
import { quiet } from "./internal/quiet.js";
import { ambient, perform, realm } from "./internal/realm.js";
import { open, type ScopeNode } from "./internal/scope-tree.js";
import { type RunState, TaskNode } from "./internal/task-node.js";
import { FairTurns, ScheduledTurns } from "./internal/turns.js";
import { isCancelled } from "./is-cancelled.js";
import type { SignalName } from "./signal-name.js";

export interface RunOptions {
  /** What errors and task dumps call the main task. */
  name?: string;
  /** The signals that shut the program down: SIGINT and SIGTERM unless given, `[]` for none. */
  signals?: readonly SignalName[];
  /** Records where tasks, scopes and operations began, as `ANYIO_DEBUG=1` does. */
  debug?: boolean;
  /** Another clock or scheduler, for tests. */
  backend?: Backend;
}

/**
 * Runs a program: calls `main` in a scope of its own, waits for it, and keeps the process alive meanwhile.
 *
 * SIGINT and SIGTERM cancel the scope. Once cleanup has run the process ends by that same signal, so that shells and
 * supervisors see the truth; a second signal prints the task dump and ends it at once. Inside a scope or another `run` it
 * is a child of that and leaves signals alone.
 *
 * Unlike AnyIO's it takes a function without arguments, and there is no back end to choose.
 *
 * **Cancellation:** entering is no cancellation point; a cancellation that ends `main` is thrown.
 *
 * @returns what `main` returns
 * @example
 * const answer = await run(async () => {
 *   await sleep(1);
 *   return 42;
 * });
 * answer; // => 42
 * @see anyio.run
 */
export function run<T>(main: () => T | PromiseLike<T>, options: RunOptions = {}): Promise<T> {
  const { name = main.name || "main", signals = DEFAULT_SIGNALS, debug = false, backend = {} } = options;
  const parent = ambient();
  const task = new Main(parent, stateFor(backend, parent.task.run), name);
  const endDebug = debug ? enableDebug() : undefined;
  const program = parent === realm.root ? new Program(task, signals) : undefined;
  task.onEnd = (error) => {
    endDebug?.();
    return program?.finish(error) ?? false;
  };
  open(task, parent);
  if (isDebug()) recordOrigin(task);
  perform(task, main, undefined);
  return task.result.promise as Promise<T>;
}

/** The task of a `run()`. */
class Main extends TaskNode {
  readonly result = new Deferred<unknown>();
  /** Told first of the end, with the error if there is one; whether the process is about to die. */
  onEnd: (error: unknown) => boolean = () => false;

  constructor(parent: ScopeNode, run: RunState, name: string) {
    super(parent, run, ++realm.lastTaskId, name);
  }

  override conclude(): void {
    const { failed, outcome, result } = this;
    // A process that is about to die has nothing more to say.
    if (this.onEnd(failed ? outcome : undefined)) return;
    if (!failed) {
      result.resolve(outcome);
      return;
    }
    if (isCancelled(outcome)) quiet(result.promise);
    result.reject(outcome);
  }
}

const DEFAULT_SIGNALS: readonly SignalName[] = ["SIGINT", "SIGTERM"];

/** A program has a state of its own; what runs in another run shares that one's, but for what its back end replaces. */
function stateFor({ clock, scheduler }: Backend, outer: RunState): RunState {
  const isNested = outer !== realm.root.run;
  if (isNested && !clock && !scheduler) return outer;
  const turns = scheduler ? new ScheduledTurns(scheduler) : clock ? new FairTurns(clock) : outer.turns;
  return { clock: clock ?? outer.clock, turns, vars: isNested ? (outer.vars ??= new Map()) : null, activity: 0 };
}
