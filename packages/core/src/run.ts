import type { Backend } from "./backend.js";
import { enableDebug } from "./internal/debug.js";
import { enter } from "./internal/enter.js";
import { quiet } from "./internal/quiet.js";
import { ambient, realm } from "./internal/realm.js";
import { Shutdown, type SignalName } from "./internal/shutdown.js";
import { type RunState, TaskNode } from "./internal/task-node.js";
import { FairTurns, ScheduledTurns } from "./internal/turns.js";
import { isCancelled } from "./is-cancelled.js";

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
  const { name = main.name || "main", signals = DEFAULT_SIGNALS, debug = false, backend } = options;
  const parent = ambient();
  const task = new TaskNode(parent, backend ? stateOf(backend, parent) : inherited(parent), ++realm.lastTaskId, name);
  const undoDebug = debug ? enableDebug() : undefined;
  const isProgram = parent === realm.root;
  const alive = isProgram ? setInterval(() => {}, LONGEST) : undefined;
  const shutdown = isProgram ? new Shutdown(task, signals) : undefined;

  const body = enter(task, main, undefined, (_scope, failed, outcome) => {
    if (failed) throw outcome;
    return outcome as T;
  });
  const promise = new Promise<T>((resolve, reject) => {
    const end = (settle: () => void, error?: unknown): void => {
      undoDebug?.();
      // A process that is about to die by a signal has nothing more to say.
      if (shutdown?.finish(error)) return;
      clearInterval(alive);
      settle();
    };
    body.then(
      (value) => end(() => resolve(value)),
      (error: unknown) =>
        end(() => {
          if (isCancelled(error)) quiet(promise);
          reject(error);
        }, error),
    );
  });
  return promise;
}

const DEFAULT_SIGNALS: readonly SignalName[] = ["SIGINT", "SIGTERM"];
const LONGEST = 2 ** 31 - 1;

// A program has variables of its own; what runs in another run shares them.
function inherited({ task: { run } }: { task: TaskNode }): RunState {
  return run === realm.root.run ? { ...run, vars: null, activity: 0 } : run;
}

function stateOf({ clock, scheduler }: Backend, { task: { run } }: { task: TaskNode }): RunState {
  const isNested = run !== realm.root.run;
  const time = clock ?? run.clock;
  const turns = scheduler ? new ScheduledTurns(scheduler) : clock ? new FairTurns(clock) : run.turns;
  return { clock: time, turns, vars: isNested ? (run.vars ??= new Map()) : null, activity: 0 };
}
