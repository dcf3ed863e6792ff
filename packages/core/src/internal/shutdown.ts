import { dumpTasks } from "../dump-tasks.js";
import { isCancelled } from "../is-cancelled.js";
import { cancel } from "./scope-tree.js";
import type { TaskNode } from "./task-node.js";

/** The name of an operating system's signal, as Node spells it. */
export type SignalName = NodeJS.Signals;

const { process } = globalThis as { process?: NodeJS.Process };

/** A program's handling of signals: the first one cancels it, and it ends by that signal; the second ends it at once. */
export class Shutdown {
  readonly #main: TaskNode;
  readonly #signals: readonly SignalName[];
  #received: SignalName | undefined;

  constructor(main: TaskNode, signals: readonly SignalName[]) {
    this.#main = main;
    this.#signals = signals;
    for (const signal of signals) process?.on(signal, this.#receive);
  }

  /**
   * Gives the signals back, and ends the process if one of them came.
   *
   * @param error what the program failed with; printed, for nobody else will
   * @returns whether the process is ending
   */
  finish(error: unknown): boolean {
    for (const signal of this.#signals) process?.off(signal, this.#receive);
    if (this.#received === undefined || process === undefined) return false;
    // Somebody else handles it, and has seen it: the end of the process is theirs to decide.
    if (process.listenerCount(this.#received) > 0) return false;
    if (error !== undefined && !isCancelled(error)) console.error(error);
    endBy(this.#received);
    return true;
  }

  readonly #receive = (signal: SignalName): void => {
    if (this.#received === undefined) {
      this.#received = signal;
      const { name, label } = this.#main;
      cancel(this.#main, { source: "shutdown", scopeName: name, taskName: label, reason: signal });
      return;
    }
    for (const each of this.#signals) process?.off(each, this.#receive);
    console.error(`received ${signal} again; the tasks that have not ended:\n${dumpTasks()}`);
    endBy(signal);
  };
}

function endBy(signal: SignalName): void {
  process?.kill(process.pid, signal);
  // The first process of a container ignores signals without a handler; shells show the same number for this exit.
  setTimeout(() => process?.exit(128 + (NUMBERS[signal] ?? 0)), 200);
}

const NUMBERS: Partial<Record<SignalName, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGUSR1: 10,
  SIGUSR2: 12,
  SIGTERM: 15,
};
