import { type Cancellation, CancelledError } from "../cancelled-error.js";
import { capture, captured } from "./deferred.js";
import { type Label, textOf } from "./label.js";
import { isTraced, recordOrigin } from "./origin.js";
import { quiet } from "./quiet.js";
import { callIn } from "./realm.js";
import { attach, isLeftBehind, Operation, release, type ScopeNode } from "./scope-tree.js";
import type { Delivery } from "./turns.js";

/** Takes back what an operation registered; false refuses: the operation then completes in its own time. */
export type Undo = (() => unknown) | { cancel(): unknown };

/** What keeps a waiter until it is woken. */
export interface Queue {
  remove(waiter: Waiter): void;
}

/**
 * One pending operation: the only thing in the library that anybody waits on.
 *
 * It is settled once, by `resume`, `throw` or a cancellation. Settling decides; the promise follows in the same turn of
 * the event loop, or in a later one where the fairness budget is spent. Until then the operation is in its scope's ring.
 */
export class Waiter<T = unknown> extends Operation implements Delivery {
  readonly promise: Promise<T>;
  undo: Undo | null = null;
  queue: Queue | null = null;
  ahead: Waiter | null = null;
  behind: Waiter | null = null;
  #state: "pending" | "resumed" | "failed" | "delivered" = "pending";
  #outcome: unknown = undefined;
  readonly #resolve: (value: unknown) => void;
  readonly #reject: (error: unknown) => void;

  constructor(
    scope: ScopeNode,
    readonly label: Label,
    readonly token: unknown,
  ) {
    super(scope);
    this.promise = new Promise(capture);
    this.#resolve = captured.resolve;
    this.#reject = captured.reject;
    scope.task.run.pulse.activity++;
    if (isTraced(scope)) recordOrigin(this);
  }

  override get settled(): boolean {
    return this.#state !== "pending";
  }

  /** Whether the promise has been settled too. */
  get delivered(): boolean {
    return this.#state === "delivered";
  }

  /** Completes the operation; false when it was decided already. */
  resume(value: T): boolean {
    if (this.#state !== "pending") return false;
    this.parent.refusals = 0;
    this.#settle("resumed", value);
    return true;
  }

  /** Fails the operation; false when it was decided already. */
  throw(error: unknown): boolean {
    if (this.#state !== "pending") return false;
    if (error instanceof CancelledError) quiet(this.promise);
    this.#settle("failed", error);
    return true;
  }

  override strike(cancellation: Cancellation): void {
    const { undo } = this;
    if (this.#state !== "pending" || undo === keep) return;
    if (undo !== null) {
      try {
        if ((typeof undo === "function" ? callIn(this.parent, undo) : undo.cancel()) === false) this.undo = keep;
      } catch (error) {
        this.throw(error);
      }
      if (this.settled) return;
    }
    cancellation.waitingFor ??= textOf(this.label, this.token);
    if (this.undo === keep) return;
    quiet(this.promise);
    this.#settle("failed", new CancelledError(cancellation));
  }

  /** Tells whoever awaits the operation, and releases it. */
  deliver(): void {
    if (this.#state === "delivered") {
      release(this);
      return;
    }
    const { run } = this.parent.task;
    run.pulse.activity++;
    if (this.#state === "failed") this.#reject(this.#outcome);
    else this.#resolve(this.#outcome);
    this.#state = "delivered";
    if (isLeftBehind(this, this.#outcome)) run.turns.defer(this);
    else release(this);
  }

  #settle(state: "resumed" | "failed", outcome: unknown): void {
    this.#state = state;
    this.undo = null;
    this.queue?.remove(this);
    this.#outcome = outcome;
    const { turns } = this.parent.task.run;
    if (turns.spend()) this.deliver();
    else turns.defer(this);
  }
}

/** The undo of an operation that no cancellation interrupts. */
const keep: Undo = () => false;

/** An operation that is complete already, or that no cancellation interrupts: it waits in `scope` to be resumed. */
export function waitShielded<T>(scope: ScopeNode, label: Label): Waiter<T> {
  const waiter = new Waiter<T>(scope, label, undefined);
  waiter.undo = keep;
  attach(scope, waiter);
  return waiter;
}
