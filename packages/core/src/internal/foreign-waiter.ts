import type { Label } from "./label.js";
import type { ScopeNode } from "./scope-tree.js";
import { Waiter } from "./waiter.js";

/** Waits for something outside of this library, which nobody can tell whether it will come. */
export class ForeignWaiter<T> extends Waiter<T> {
  override get isForeign(): boolean {
    return true;
  }
}

/** Waits for work of somebody else's. */
export class WorkWaiter<T> extends ForeignWaiter<T> {
  constructor(scope: ScopeNode, label: Label) {
    super(scope, label, undefined);
    scope.task.run.pulse.foreign.add(this);
  }

  override deliver(): void {
    this.parent.task.run.pulse.foreign.delete(this);
    super.deliver();
  }
}
