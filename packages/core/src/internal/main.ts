import type { ClockedRun } from "../backend.js";
import { dumpTree } from "../dump-tasks.js";
import { ExceptionGroup } from "../exception-group.js";
import { isCancelled } from "../is-cancelled.js";
import { NOTHING, withoutCancellations } from "./cancellations.js";
import { Deferred } from "./deferred.js";
import { isParked } from "./parked.js";
import { onceStill } from "./pulse.js";
import { quiet } from "./quiet.js";
import { realm } from "./realm.js";
import { cancel, type ScopeNode } from "./scope-tree.js";
import { type RunState, TaskNode } from "./task-node.js";

/** The task of a `run()`. */
export class Main extends TaskNode implements ClockedRun {
  readonly result = new Deferred<unknown>();
  /** Told first of the end, with the error if there is one; whether the process is about to die. */
  onEnd: (error: unknown) => boolean = () => false;
  #fault: { readonly error: unknown } | null = null;
  #hasEnded = false;

  constructor(parent: ScopeNode, run: RunState, name: string) {
    super(parent, run, ++realm.lastTaskId, name);
  }

  onBlocked(callback: () => void): () => void {
    return onceStill(this.run.pulse, false, callback);
  }

  onIdle(callback: () => void): () => void {
    return onceStill(this.run.pulse, true, callback);
  }

  get isParked(): boolean {
    return isParked(this);
  }

  dump(): string {
    return dumpTree(this);
  }

  fail(error: unknown): void {
    if (this.#fault !== null) {
      this.#end(true, this.#fault.error);
      return;
    }
    this.#fault = { error };
    cancel(this, { source: "cancel", scopeName: this.name, taskName: undefined, reason: error });
  }

  override get isAwaited(): boolean {
    return true;
  }

  override conclude(): void {
    const { failed, outcome } = this;
    if (this.#fault === null) {
      this.#end(failed, outcome);
      return;
    }
    const { error } = this.#fault;
    const rest = failed ? withoutCancellations(outcome) : NOTHING;
    this.#end(true, rest === NOTHING || rest === error ? error : new ExceptionGroup([error, rest]));
  }

  #end(failed: boolean, outcome: unknown): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    const { result } = this;
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
