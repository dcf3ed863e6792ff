import { type CancelSource, CancelledError } from "./cancelled-error.js";
import { InvalidStateError } from "./errors.js";
import { checkTime, setDeadline } from "./internal/deadline.js";
import { absorb, Block } from "./internal/block.js";
import { ambient } from "./internal/realm.js";
import { cancel, extrasOf, refresh, type ScopeNode } from "./internal/scope-tree.js";
import { show } from "./internal/show.js";
import { currentTime } from "./time.js";

export interface CancelScopeOptions {
  /** When its time is up: absolute, in ms of `currentTime()`. */
  deadline?: number | null;
  /** Whether cancellations from outside stay outside. */
  shield?: boolean;
  /** Cancels the scope when it is aborted; its reason becomes `cancelReason`. */
  signal?: AbortSignal;
  /** What errors and task dumps call it. */
  name?: string;
}

const NODE = Symbol.for("@anyio/core/v1/node");

/**
 * The node of a scope, which may be one of another copy of this package.
 *
 * @internal
 */
export function nodeOf(scope: DeadlineScope): ScopeNode {
  return (scope as unknown as { readonly [NODE]: ScopeNode })[NODE];
}

/** What the body of `failAfter` may change of its scope. It has no `cancel()`, so that the block always has a value. */
export class DeadlineScope {
  readonly #node: ScopeNode;

  /** @internal */
  constructor(node: ScopeNode) {
    this.#node = node;
  }

  /**
   * When the scope's time is up: absolute, in ms of `currentTime()`; `Infinity` for never. It can be moved at any time; one that is past cancels
   * the scope.
   *
   * @throws {RangeError} when set to NaN
   */
  get deadline(): number {
    return this.#node.deadline?.at ?? Infinity;
  }

  set deadline(at: number) {
    setDeadline(this.#node, checkTime(at, "deadline"));
  }

  /** Whether cancellations from outside stay outside. Setting it to false delivers what was held back. */
  get shield(): boolean {
    return this.#node.shield;
  }

  set shield(shield: boolean) {
    this.#node.shield = shield;
    refresh(this.#node);
  }

  static {
    Object.defineProperty(this.prototype, NODE, {
      get(this: DeadlineScope) {
        return this.#node;
      },
    });
  }
}

/**
 * A block of code that can be cancelled as a whole, with everything that began in it.
 *
 * Cancelling is level-triggered: a cancelled scope stays cancelled, and every operation in it fails until it is left.
 * Leaving it cancels the operations and scopes that are still pending in it, and waits for them. A scope is entered once.
 *
 * Unlike AnyIO's it takes a callback, so that it cannot be left in another task than it was entered in.
 *
 * @example
 * const scope = new CancelScope();
 * await scope.run(async () => {
 *   scope.cancel("enough");
 *   await sleep(1000);
 * });
 * scope.cancelledCaught; // => true
 * @see anyio.CancelScope
 */
export class CancelScope extends DeadlineScope {
  /**
   * @throws {RangeError} when the deadline is NaN
   * @throws {TypeError} when the deadline is no number, or the signal no `AbortSignal`
   */
  constructor(options?: CancelScopeOptions) {
    super(isNode(options) ? options : makeNode(options ?? {}));
    extrasOf(nodeOf(this)).handle = this;
  }

  /**
   * Calls `fn` with this scope as the ambient one, waits for it, and leaves the scope.
   *
   * **Cancellation:** entering is no cancellation point. A cancellation of this scope ends here, and `undefined` is
   * returned; one from outside travels on.
   *
   * @returns what `fn` returns, or `undefined` when the scope was cancelled and `fn` ended by that
   * @throws {InvalidStateError} when the scope has been entered before
   */
  run<T>(fn: (scope: CancelScope) => T | PromiseLike<T>): Promise<T | undefined> {
    const node = nodeOf(this);
    if (node.state !== "new") {
      const name = node.name === undefined ? "the scope" : `scope "${node.name}"`;
      return Promise.reject(
        new InvalidStateError(`${name} has been entered before; make a new CancelScope for each run`),
      );
    }
    if (node.deadline !== null) node.deadline.since = currentTime();
    return (node as Block).enter(fn, this, absorb) as Promise<T | undefined>;
  }

  /**
   * Cancels the scope with everything in it. Takes effect at once: what waits in it is settled before this returns. Further calls do nothing: the
   * first reason stays.
   *
   * It may be called from anywhere, and before the scope is entered.
   *
   * @param reason becomes `cancelReason`, and part of the errors' messages
   */
  cancel(reason?: unknown): void {
    cancelNode(nodeOf(this), "cancel", reason);
  }

  /** Whether this very scope was cancelled: by `cancel()`, its deadline, or its signal. */
  get cancelCalled(): boolean {
    return nodeOf(this).cancellation !== null;
  }

  /** Whether the scope was left by its own cancellation. */
  get cancelledCaught(): boolean {
    return nodeOf(this).extras?.caught ?? false;
  }

  /** What was given to `cancel()`, or the reason of the signal. */
  get cancelReason(): unknown {
    return nodeOf(this).cancellation?.reason;
  }

  /** Aborted, with a `CancelledError` as its reason, when the scope is effectively cancelled; not when it is left. */
  get signal(): AbortSignal {
    return signalOf(nodeOf(this));
  }
}

/** Cancels a scope in the name of a task: of the one that calls, unless another is named. */
export function cancelNode(
  node: ScopeNode,
  source: CancelSource,
  reason: unknown,
  taskName = ambient().task.label,
): void {
  cancel(node, { source, scopeName: node.name, taskName, reason });
}

/** The signal of a scope, made on first use. */
export function signalOf(node: ScopeNode): AbortSignal {
  const extras = extrasOf(node);
  if (extras.controller === null) {
    extras.controller = new AbortController();
    if (node.effective !== null && !wasMerelyLeft(node)) extras.controller.abort(new CancelledError(node.effective));
  }
  return extras.controller.signal;
}

/** Whether a scope is over, and nothing but its end has cancelled what was in it. */
function wasMerelyLeft({ state, effective }: ScopeNode): boolean {
  return state === "exited" && effective?.source === "exit";
}

/** The scope of a node as users see it. */
export function scopeOf(node: ScopeNode): CancelScope {
  return (node.extras?.handle as CancelScope | null | undefined) ?? new CancelScope(node as object);
}

function makeNode({ deadline = null, shield = false, signal, name }: CancelScopeOptions): ScopeNode {
  const node = new Block(name);
  node.shield = shield;
  setDeadline(node, checkTime(deadline, "deadline"));
  extrasOf(node).follows = checkSignal(signal);
  return node;
}

function isNode(options: object | undefined): options is ScopeNode {
  return options !== undefined && "isScope" in options;
}

function checkSignal(signal: AbortSignal | undefined): AbortSignal | null {
  if (signal === undefined || signal instanceof AbortSignal) return signal ?? null;
  throw new TypeError(`signal must be an AbortSignal, not ${show(signal)}`);
}
