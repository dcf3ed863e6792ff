import type { ChildProcess } from "node:child_process";
import type { SignalName } from "@anyio/core";
import { entrust, suspendShielded } from "@anyio/core/lowlevel";
import type { Command } from "../command.js";
import { showCommand } from "./show.js";
import { after, never } from "./event-loop.js";
import { outliveNot } from "./living.js";
import { hasMembers, lastReading, readAfter } from "./process-table.js";

/** How much a child is urged to end: its pipes were closed, SIGTERM was sent, SIGKILL was sent. */
export type Pressure = "none" | "closing" | "terminating" | "killing";

/** What a {@link Child} is made of. */
export interface ChildFacts {
  readonly process: ChildProcess;
  /** What was run; a worker has no command that would tell anybody anything. */
  readonly command: Command | null;
  /** Whether it leads a process group, which is to end as a whole. */
  readonly isLeader: boolean;
  /** How long it has until the next step, in ms. */
  readonly grace: number;
  /** Who does not end before it. */
  readonly holder: "scope" | "task" | "run";
}

/**
 * The life of a child and of its descendants.
 *
 * 1. It has exited when the system says so. It is gone when nobody is left in its group either, and only that is its end.
 * 2. Pressure only grows; each step has its grace, and the last one is SIGKILL. Once that is sent there is nothing left to do but wait.
 * 3. The group of a child that has exited is signalled only while it has had members all the time: an empty group's number may be another's.
 * 4. Whoever opened it does not end before it is gone, and the process that dies suddenly kills it first.
 */
export class Child {
  readonly process: ChildProcess;
  readonly pid: number;
  readonly #command: Command | null;
  exitCode: number | null = null;
  signalCode: SignalName | null = null;
  hasExited = false;
  isGone = false;
  readonly #grace: number;
  /** The group, while it may have members. */
  #group: number | null;
  #pressure: Pressure = "none";
  #timer: NodeJS.Timeout | undefined;
  #nextLook: NodeJS.Timeout | undefined;
  #delay = 1;
  /** The reading of the process table that is too old to tell of its group, and how many since then have not had it. */
  #reading = 0;
  #absences = 0;
  readonly #exitCallbacks = new Set<() => void>();
  readonly #goneCallbacks: (() => void)[] = [];
  readonly #release: () => void;
  readonly #forget: () => void;

  constructor({ process, command, isLeader, grace, holder }: ChildFacts) {
    this.process = process;
    this.pid = process.pid ?? 0;
    this.#command = command;
    this.#grace = grace;
    this.#group = isLeader ? this.pid : null;
    this.#release = entrust(this.ending, () => this.press("terminating"), holder);
    this.#forget = outliveNot(this);
    process.on("exit", this.#onExit);
    // A signal that could not be sent is told here.
    process.on("error", ignore);
  }

  /** What people call it. Made when somebody asks, for most children nobody does. */
  get label(): string {
    return this.#command === null ? `worker process ${this.pid}` : `process "${showCommand(this.#command)}"`;
  }

  /** What whoever waits for its end is said to wait for. */
  readonly ending = (): string => `${this.label} to end`;

  /** Calls back when the child exits, at once where it has. */
  whenExited(callback: () => void): () => void {
    if (this.hasExited) {
      callback();
      return ignore;
    }
    this.#exitCallbacks.add(callback);
    return () => void this.#exitCallbacks.delete(callback);
  }

  /** Calls back when the child and its group are gone, at once where they are. */
  whenGone(callback: () => void): void {
    if (this.isGone) callback();
    else this.#goneCallbacks.push(callback);
  }

  /** Waits until the child and its group are gone. Nothing interrupts it. */
  async untilGone(): Promise<void> {
    if (this.isGone) return;
    await suspendShielded<void>(this.ending, (waiter) => this.whenGone(() => waiter.resume()));
  }

  /** Urges the child to end; less than it was urged before is nothing. */
  press(to: Pressure): void {
    if (this.isGone || ORDER.indexOf(to) <= ORDER.indexOf(this.#pressure)) return;
    this.#pressure = to;
    never(this.#timer);
    if (to === "terminating") {
      this.signal("SIGTERM");
      // One that is stopped takes no other signal.
      this.signal("SIGCONT");
    } else if (to === "killing") this.signal("SIGKILL");
    if (this.hasExited) this.#look();
    if (this.isGone || to === "killing" || to !== this.#pressure || this.#grace === Infinity) return;
    this.#timer = after(this.#grace, () => this.press(to === "closing" ? "terminating" : "killing"));
  }

  /** Sends a signal to the group, or to a child that leads none. */
  signal(signal: SignalName): void {
    if (this.#group !== null) {
      try {
        process.kill(-this.#group, signal);
        return;
      } catch {
        // None of it is left, or the child has a group of another number by now.
      }
    }
    this.signalAlone(signal);
  }

  /** Sends a signal to the child alone. */
  signalAlone(signal: SignalName): void {
    if (this.hasExited) return;
    try {
      // Not the child's own method: Deno's sends one signal only.
      process.kill(this.pid, signal);
    } catch {
      // It is another's by now, or about to be told that it has exited.
    }
  }

  killNow(): void {
    this.signal("SIGKILL");
  }

  readonly #onExit = (code: number | null, signal: NodeJS.Signals | null): void => {
    this.hasExited = true;
    this.exitCode = code;
    this.signalCode = signal;
    this.#reading = lastReading();
    if (this.#group === null || !hasMembers(this.#group)) this.#finish();
    const callbacks = [...this.#exitCallbacks];
    this.#exitCallbacks.clear();
    for (const callback of callbacks) callback();
    if (this.#pressure !== "none" && !this.isGone) this.#look();
  };

  /** Looks after what a child that has exited has left in its group. */
  readonly #look = (): void => {
    if (this.isGone || this.#group === null) return;
    if (!hasMembers(this.#group) || (this.#delay > PATIENCE && this.#isMissing(this.#group))) this.#finish();
    // There is no more to wait for than its descendants, which nobody has asked to end.
    else if (this.#pressure === "closing") this.press("terminating");
    else {
      // Somebody may have been born between the table and the signal.
      if (this.#pressure === "killing") this.signal("SIGKILL");
      never(this.#nextLook);
      this.#nextLook = after(this.#delay, this.#look);
      this.#delay = Math.min(this.#delay * 2, LONGEST_DELAY);
    }
  };

  /** Whether nobody in its group is alive. A table is not read in one moment: who is born meanwhile is missing in one, not in two. */
  #isMissing(group: number): boolean {
    const { number, groups } = readAfter(this.#reading);
    this.#reading = number;
    this.#absences = groups?.has(group) === false ? this.#absences + 1 : 0;
    return this.#absences === 2;
  }

  #finish(): void {
    this.isGone = true;
    this.#group = null;
    never(this.#timer);
    never(this.#nextLook);
    this.#forget();
    for (const callback of this.#goneCallbacks.splice(0)) callback();
    this.#release();
  }
}

const ORDER: readonly Pressure[] = ["none", "closing", "terminating", "killing"];
/** From which delay on it is not enough to ask whether there are members, in ms: those that have ended may just not be gone yet. */
const PATIENCE = 4;
const LONGEST_DELAY = 50;

function ignore(): void {}
