import type { Label } from "./label.js";
import { callIn } from "./realm.js";
import { Operation, release, type ScopeNode } from "./scope-tree.js";

/**
 * Keeps a scope from ending before a resource has been closed. While the scope goes on nobody waits for it; once the scope is being
 * left it is a pending operation like any other, but for cancellations: it is over when the resource is.
 */
export class Holding extends Operation {
  readonly token = undefined;
  readonly #end: () => void;
  #isAwaited = false;

  constructor(
    scope: ScopeNode,
    readonly label: Label,
    end: () => void,
  ) {
    super(scope);
    this.#end = end;
  }

  override get isForeign(): boolean {
    return true;
  }

  override get settled(): boolean {
    return !this.#isAwaited;
  }

  override strike(): void {}

  override scopeLeft(): void {
    if (this.#isAwaited) return;
    this.#isAwaited = true;
    callIn(this.parent, this.#end);
  }

  release(): void {
    this.#isAwaited = true;
    release(this);
  }
}
