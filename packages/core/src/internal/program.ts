import { speakLastWords } from "../at-exit.js";
import { dumpTasks } from "../dump-tasks.js";
import { isCancelled } from "../is-cancelled.js";
import type { SignalName } from "../signal-name.js";
import { realm } from "./realm.js";
import { cancel } from "./scope-tree.js";
import type { TaskNode } from "./task-node.js";

const { process } = globalThis as { process?: NodeJS.Process };

/**
 * What an outermost run does with the process. It keeps it alive; the first signal cancels the program, which then ends by
 * that signal; the second ends it at once.
 */
export class Program {
  readonly #main: TaskNode;
  readonly #signals: readonly SignalName[];
  readonly #alive: ReturnType<typeof setInterval>;
  #received: SignalName | undefined;

  /** @throws {TypeError} when the process cannot receive one of the signals */
  constructor(main: TaskNode, signals: readonly SignalName[]) {
    this.#main = main;
    this.#signals = signals;
    try {
      for (const signal of signals) {
        // Bun would listen, in vain.
        if (FATAL.includes(signal)) throw new Error(`${signal} ends a process without telling it`);
        process?.on(signal, this.#receive);
      }
    } catch (cause) {
      this.#giveBack();
      throw new TypeError(`signals must be ones that a process can receive, not ${signals.join(", ")}`, { cause });
    }
    // A promise that never settles must not let the process end as if all were well.
    this.#alive = setInterval(() => {}, 2 ** 31 - 1);
  }

  /**
   * Gives the signals back, and ends the process if one of them came.
   *
   * @param error what the program failed with; printed, for nobody else will
   * @returns whether the process is ending
   */
  finish(error: unknown): boolean {
    this.#giveBack();
    if (this.#received === undefined) {
      clearInterval(this.#alive);
      return false;
    }
    if (error !== undefined && !isCancelled(error)) console.error(error);
    // Another program in this process may still be cleaning up; the last one ends it.
    if (--realm.shuttingDown === 0) endBy(this.#received);
    return true;
  }

  #giveBack(): void {
    for (const signal of this.#signals) process?.off(signal, this.#receive);
  }

  readonly #receive = (signal: SignalName): void => {
    if (realm.claimedSignals.has(signal)) return;
    if (this.#received === undefined) {
      this.#received = signal;
      realm.shuttingDown++;
      cancel(this.#main, { source: "shutdown", scopeName: this.#main.name, taskName: undefined, reason: signal });
      return;
    }
    this.#giveBack();
    console.error(`received ${signal} again; these tasks have not ended:\n${dumpTasks()}`);
    endBy(signal);
  };
}

const FATAL: readonly SignalName[] = ["SIGKILL", "SIGSTOP"];

function endBy(signal: SignalName): void {
  // What was written to a pipe may not be out yet, and a signal does not wait for it.
  const unsent = [process?.stdout, process?.stderr].filter((stream) => stream?.writableLength);
  let count = unsent.length;
  for (const stream of unsent) stream?.write("", () => --count === 0 && endNow(signal));
  if (count === 0) endNow(signal);
}

function endNow(signal: SignalName): void {
  speakLastWords();
  // Other listeners have had their call; while there is one the signal would not end the process.
  process?.removeAllListeners(signal);
  process?.kill(process.pid, signal);
  // The first process of a container ignores signals without a handler; 128 + n is what shells make of an end by signal.
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
