import type { Backend, Clock } from "./backend.js";
import { inFlight } from "./in-flight.js";
import { enableDebug } from "./internal/debug.js";
import { Main } from "./internal/main.js";
import { isTraced, recordOrigin } from "./internal/origin.js";
import { Program } from "./internal/program.js";
import { Pulse } from "./internal/pulse.js";
import { ambient, perform, realm } from "./internal/realm.js";
import { open } from "./internal/scope-tree.js";
import type { RunState } from "./internal/task-node.js";
import { noFunction } from "./internal/show.js";
import { ScheduledTurns } from "./internal/turns.js";
import type { SignalName } from "./signal-name.js";

export interface RunOptions {
  /** What errors and task dumps call the main task. */
  name?: string;
  /** The signals that shut the program down: SIGINT and SIGTERM unless given, `[]` for none. */
  signals?: readonly SignalName[];
  /** Records where tasks, scopes and operations began, as `ANYIO_DEBUG=1` does. */
  debug?: boolean;
  /** Another clock or scheduler, for tests. What is not given is that of the run around it. */
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
 * @throws {TypeError} when `main` is no function, or the process cannot receive one of the signals
 * @example
 * const answer = await run(async () => {
 *   await sleep(1);
 *   return 42;
 * });
 * answer; // => 42
 * @see anyio.run
 */
export function run<T>(main: () => T | PromiseLike<T>, options: RunOptions = {}): Promise<T> {
  if (typeof main !== "function") return Promise.reject(noFunction("main", main));
  const { name = main.name || "main", signals = DEFAULT_SIGNALS, debug = false, backend = {} } = options;
  const parent = ambient();
  const task = new Main(parent, stateFor(backend, parent.task.run), name);
  let program: Program | undefined;
  try {
    if (parent === realm.root) program = new Program(task, signals);
  } catch (error) {
    return Promise.reject(error);
  }
  const endDebug = debug ? enableDebug() : undefined;
  // To a run around it, one that has another time is a part of the real world.
  const isApart = parent !== realm.root && task.run.pulse !== parent.task.run.pulse;
  const landed = isApart ? inFlight() : undefined;
  let detach: (() => void) | undefined;
  task.onEnd = (error) => {
    endDebug?.();
    detach?.();
    landed?.();
    return program?.finish(error) ?? false;
  };
  open(task, parent);
  if (isTraced(task)) recordOrigin(task);
  detach = backend.clock?.attach?.(task);
  perform(task, main, undefined);
  return task.result.promise as Promise<T>;
}

const DEFAULT_SIGNALS: readonly SignalName[] = ["SIGINT", "SIGTERM"];

/** A program has a state of its own; what runs in another run shares that one's, but for what its back end replaces. */
function stateFor({ clock, scheduler }: Backend, outer: RunState): RunState {
  const isNested = outer !== realm.root.run;
  if (isNested && !clock && !scheduler) return outer;
  const pulse = clock ? pulseOf(clock) : isNested ? outer.pulse : new Pulse();
  const turns = scheduler ? new ScheduledTurns(scheduler) : clock ? outer.turns.withClock(clock) : outer.turns;
  return { clock: clock ?? outer.clock, turns, vars: isNested ? (outer.vars ??= new Map()) : null, pulse };
}

/** Time is what runs share that are given one clock, so it must not pass in one while another is busy. */
function pulseOf(clock: Clock): Pulse {
  let pulse = pulses.get(clock);
  if (pulse === undefined) pulses.set(clock, (pulse = new Pulse()));
  return pulse;
}

const pulses = new WeakMap<Clock, Pulse>();
