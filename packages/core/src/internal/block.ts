import { NOTHING, withoutCancellations } from "./cancellations.js";
import { startDeadline } from "./deadline.js";
import { Deferred } from "./deferred.js";
import { isTraced, recordOrigin } from "./origin.js";
import { quiet } from "./quiet.js";
import { ambient, perform, realm } from "./realm.js";
import {
  attach,
  cancel,
  extrasOf,
  isCancelledFromOutside,
  isLeftBehind,
  open,
  release,
  ScopeNode,
} from "./scope-tree.js";
import { noFunction } from "./show.js";
import { onAbort } from "./signal-hub.js";
import type { Delivery } from "./turns.js";

/** Makes the result of a block out of what its body did: returns it, or throws. */
export type Conclusion = (block: Block) => unknown;

/** A scope that one stretch of a task's code runs in. */
export class Block extends ScopeNode implements Delivery {
  #result: Deferred<unknown> | null = null;
  #conclusion: Conclusion = absorb;
  #isTold = false;

  constructor(name: string | undefined) {
    super(realm.root, realm.root, name);
  }

  /** Opens the block under the ambient scope, calls `fn` in it, waits for it, leaves, and concludes. */
  enter<A>(fn: (argument: A) => unknown, argument: A, conclusion: Conclusion): Promise<unknown> {
    if (typeof fn !== "function") return Promise.reject(noFunction("fn", fn));
    const parent = ambient();
    const result = new Deferred();
    this.#result = result;
    this.#conclusion = conclusion;
    this.task = parent.task;
    open(this, parent);
    if (isTraced(this)) recordOrigin(this);
    if (this.deadline !== null) startDeadline(this, this.deadline);
    if (this.extras !== null) followSignal(this);
    perform(this, fn, argument);
    return result.promise;
  }

  override conclude(): void {
    try {
      this.outcome = this.#conclusion(this);
      this.failed = false;
    } catch (error) {
      this.outcome = error;
      this.failed = true;
      if (this.#result !== null && withoutCancellations(error) === NOTHING) quiet(this.#result.promise);
    }
    // A loop over scopes that end at once must not starve the event loop either.
    const { turns } = this.task.run;
    if (turns.spend() && this.#tell()) return;
    // It stays where it was until whoever awaits it has gone on.
    attach(this.parent, this);
    turns.defer(this);
  }

  deliver(): void {
    if (this.#isTold || this.#tell()) release(this);
    else this.task.run.turns.defer(this);
  }

  /** Tells whoever awaits the block, and says whether it may be forgotten. */
  #tell(): boolean {
    this.#isTold = true;
    this.task.run.pulse.activity++;
    if (this.failed) this.#result?.reject(this.outcome);
    else this.#result?.resolve(this.outcome);
    return !isLeftBehind(this, this.outcome);
  }
}

/** The rule of absorption: a cancelled scope keeps its cancellation to itself, unless an outer one is visible from it. */
export function absorb(block: Block): unknown {
  const { failed, outcome } = block;
  if (!failed) return outcome;
  if (block.cancellation === null || isCancelledFromOutside(block)) throw outcome;
  const rest = withoutCancellations(outcome);
  if (rest !== NOTHING) throw rest;
  extrasOf(block).caught = true;
  return undefined;
}

function followSignal(block: Block): void {
  const { follows: signal } = extrasOf(block);
  if (signal === null) return;
  const { name } = block;
  extrasOf(block).unfollow = onAbort(signal, () =>
    cancel(block, { source: "signal", scopeName: name, taskName: undefined, reason: signal.reason }),
  );
}
